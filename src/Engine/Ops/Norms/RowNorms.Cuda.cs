using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    // Rows that each group of threads should have before there are more blocks: their sums of the weights' gradients stay in registers.
    const int RowsPerPartial = 4;

    internal override void LayerNormForward(Tensor x, Tensor? weight, Tensor? bias, Tensor y, Tensor mean, Tensor rstd, double epsilon)
        => RowNormForward(x, weight, bias, y, mean, rstd, epsilon, isCentred: true);

    internal override void RmsNormForward(Tensor x, Tensor? weight, Tensor y, Tensor rstd, double epsilon)
        => RowNormForward(x, weight, null, y, null, rstd, epsilon, isCentred: false);

    internal override void LayerNormBackward(Tensor x, Tensor? weight, Tensor mean, Tensor rstd, Tensor dy, Tensor dx, Tensor? dWeight,
        Tensor? dBias, bool accumulate)
        => RowNormBackward(x, weight, mean, rstd, dy, dx, dWeight, dBias, accumulate, isCentred: true);

    internal override void RmsNormBackward(Tensor x, Tensor? weight, Tensor rstd, Tensor dy, Tensor dx, Tensor? dWeight, bool accumulate)
        => RowNormBackward(x, weight, null, rstd, dy, dx, dWeight, null, accumulate, isCentred: false);

    void RowNormForward(Tensor x, Tensor? weight, Tensor? bias, Tensor y, Tensor? mean, Tensor rstd, double epsilon, bool isCentred)
    {
        if (x.Shape.Length == 0)
            return;
        int width = x.Shape[-1];
        uint rows = checked((uint)rstd.Shape.Length);
        var plan = RowPlan.Of(width, x.DType, RowPlan.Aligns(width, x, weight, bias, y), KeptOfOne);
        var weightType = (weight ?? bias ?? x).DType;
        Kernel("norms/row_norm.cu", "forward",
            $"TYPE={x.DType} WEIGHT={weightType} WIDE={plan.IsWide} LANES={plan.Lanes} PACKS={plan.Packs} CENTRED={isCentred}")
            .Launch(Stream, plan.Blocks(rows), plan.Threads, plan.Scratch, x, weight, bias, y, mean, rstd, rows, width, (float)epsilon);
    }

    void RowNormBackward(Tensor x, Tensor? weight, Tensor? mean, Tensor rstd, Tensor dy, Tensor dx, Tensor? dWeight, Tensor? dBias,
        bool accumulate, bool isCentred)
    {
        int width = x.Shape[-1];
        if (x.Shape.Length == 0)
        {
            ClearUnless(accumulate, dWeight);
            ClearUnless(accumulate, dBias);
            return;
        }
        uint rows = checked((uint)rstd.Shape.Length);
        bool wantsWeights = dWeight is not null || dBias is not null;
        var plan = RowPlan.Of(width, x.DType, RowPlan.Aligns(width, x, weight, dy, dx), KeptOfTwo);
        int each = plan.RowsAtOnce * (wantsWeights ? RowsPerPartial : 1);
        uint parts = (uint)Math.Clamp((rows + each - 1) / each, 1, wantsWeights ? Multiprocessors * 2L : int.MaxValue);
        uint perColumn = Math.Min(rows, (uint)(Multiprocessors * 2));
        bool inOneGo = plan.Packs > 0;
        var partials = wantsWeights ? Tensor.Empty([checked((int)((inOneGo ? parts : perColumn) * 2 * width))], DType.Float32, this) : null;
        var weightType = (weight ?? dWeight ?? dBias ?? x).DType;
        int shared = plan.Lanes == 0 ? plan.Scratch : wantsWeights ? plan.RowsAtOnce * 2 * width * sizeof(float) : 0;
        string file = "norms/row_norm_backward.cu";
        Kernel(file, "backward",
            $"TYPE={x.DType} WEIGHT={weightType} WIDE={plan.IsWide} LANES={plan.Lanes} PACKS={plan.Packs} CENTRED={isCentred}")
            .Launch(Stream, new(parts), plan.Threads, shared, x, weight, mean, rstd, dy, dx, partials, rows, width);
        if (partials is null)
            return;
        if (!inOneGo)
        {
            uint part = (rows + perColumn - 1) / perColumn;
            parts = (rows + part - 1) / part;
            Kernel(file, "columns",
                $"TYPE={x.DType} WEIGHT={weightType} WIDE={plan.IsWide} LANES={plan.Lanes} PACKS={plan.Packs} CENTRED={isCentred}")
                .Launch(Stream, new((uint)((width + 255) / 256), parts), 256, 0, x, mean, rstd, dy, partials, rows, width, part);
        }
        AddWeightGradient(partials, dWeight, dBias, parts, width, accumulate, accumulate);
    }

    /// <summary>dWeight and dBias of the partials (parts, 2, width), in a fixed order.</summary>
    void AddWeightGradient(Tensor partials, Tensor? dWeight, Tensor? dBias, uint parts, int width, bool accumulateWeight, bool accumulateBias)
        => Kernel("norms/weight_gradient.cu", "add_up", $"WEIGHT={(dWeight ?? dBias)!.DType}")
            .Launch(Stream, Grid.Cover(width, 32), 256, 2048, partials, dWeight, dBias, parts, width, accumulateWeight ? 1 : 0, accumulateBias ? 1 : 0);

    void ClearUnless(bool accumulate, Tensor? gradient)
    {
        if (!accumulate && gradient is not null)
            Fill(gradient, 0);
    }
}
