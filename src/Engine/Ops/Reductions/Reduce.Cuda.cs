using System.Numerics;
using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const int ReduceThreads = 256;

    // Packs of a row from which a block folds it rather than a warp: always, and where there are few rows.
    const int LongRow = 512, LongRowOfFew = 64;

    /// <summary>Elements that each thread should fold before the axis is cut into parts.</summary>
    const int LeastOfPart = 8;

    internal override void Sum(Tensor x, Tensor y, AxisRun run, bool isMean)
        => Reduce("Total", x, null, y, null, run, isMean ? run.Length(x.Shape) : 1);

    internal override void Max(Tensor x, Tensor y, Tensor indices, AxisRun run) => Reduce("Largest", x, null, y, indices, run, 1);

    internal override void LogSumExp(Tensor x, Tensor y, AxisRun run) => Reduce("LogSumExp", x, null, y, null, run, 1);

    // Two passes: the gaps are taken from the mean, which is f32 even of halves.
    internal override void Variance(Tensor x, Tensor mean, Tensor variance, AxisRun run, int correction)
    {
        Reduce("Total", x, null, mean, null, run, run.Length(x.Shape));
        Reduce("SquaredGaps", x, mean, variance, null, run, run.Length(x.Shape) - correction);
    }

    internal override void MaxBackward(Tensor dy, Tensor indices, Tensor dx, AxisRun run)
    {
        var elements = Elements(dx, run);
        if (elements.Count > 0)
            Kernel("reductions/reduce_backward.cu", "largest", $"TYPE={dx.DType} WIDE={elements.IsWide} INDEX={elements.Index}")
                .Launch(Stream, elements.Grid, ElementThreads, 0, dy, indices, dx, elements.Count, elements.Reduced, elements.Inner);
    }

    internal override void LogSumExpBackward(Tensor x, Tensor y, Tensor dy, Tensor dx, AxisRun run)
    {
        var elements = Elements(dx, run);
        if (elements.Count > 0)
            Kernel("reductions/reduce_backward.cu", "log_sum_exp", $"TYPE={dx.DType} WIDE={elements.IsWide} INDEX={elements.Index}")
                .Launch(Stream, elements.Grid, ElementThreads, 0, x, y, dy, dx, elements.Count, elements.Reduced, elements.Inner);
    }

    internal override void VarianceBackward(Tensor x, Tensor mean, Tensor dVariance, Tensor dx, AxisRun run, int correction)
    {
        var elements = Elements(dx, run);
        if (elements.Count > 0)
            Kernel("reductions/reduce_backward.cu", "variance", $"TYPE={dx.DType} WIDE={elements.IsWide} INDEX={elements.Index}")
                .Launch(Stream, elements.Grid, ElementThreads, 0, x, mean, dVariance, dx, elements.Count, elements.Reduced, elements.Inner,
                    (float)(2.0 / (run.Length(x.Shape) - correction)));
    }

    // A row or the inner axis is whole packs, so that all elements of one share a row or a place in it.
    (long Count, bool IsWide, string Index, Grid Grid, int Reduced, int Inner) Elements(Tensor dx, AxisRun run)
    {
        var shape = run.Kernel(dx.Shape);
        long count = dx.Shape.Length;
        bool isWide = RowPlan.Aligns(shape.Inner == 1 ? shape.Reduced : shape.Inner, dx);
        return (count, isWide, count <= uint.MaxValue ? "u32" : "u64", GridFor(count / (isWide ? RowPlan.PackOf(dx.DType) : 1), ElementThreads),
            shape.Reduced, shape.Inner);
    }

    void Reduce(string fold, Tensor x, Tensor? mean, Tensor y, Tensor? indices, AxisRun run, long divisor)
    {
        var shape = run.Kernel(x.Shape);
        long outputs = (long)shape.Outer * shape.Inner;
        if (outputs == 0)
            return;
        bool isRows = shape.Inner == 1, isWide = RowPlan.Aligns(isRows ? shape.Reduced : shape.Inner, x);
        int pack = isWide ? RowPlan.PackOf(x.DType) : 1, lanes = 0, across = 0;
        int turns; // of one thread, before the axis is cut
        Grid grid;
        if (isRows)
        {
            int packs = (shape.Reduced + pack - 1) / pack;
            if (packs < (shape.Outer < Multiprocessors * 4 ? LongRowOfFew : LongRow))
                lanes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(packs, 4, 32));
            grid = Grid.Cover(shape.Outer, lanes == 0 ? 1 : ReduceThreads / lanes);
            turns = lanes == 0 ? packs / ReduceThreads : 0;
        }
        else
        {
            // Neighbouring columns first, up to a warp of them; then rows; then more columns, where rows are few.
            long columns = outputs / pack;
            across = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(columns, 32));
            int down = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(shape.Reduced, 1, ReduceThreads / across));
            across = ReduceThreads / down;
            grid = Grid.Cover(columns, across);
            turns = shape.Reduced / down;
        }
        uint parts = (uint)Math.Clamp(Math.Min(Multiprocessors * 2L / grid.X, turns / LeastOfPart), 1, ushort.MaxValue);
        int part = (shape.Reduced + (int)parts - 1) / (int)parts;
        part = Math.Max(pack, (part + pack - 1) / pack * pack);
        parts = (uint)Math.Max(1, (shape.Reduced + part - 1) / part);
        var partials = parts == 1 ? null : Tensor.Empty([checked((int)(parts * outputs * 2))], DType.Float32, this);
        var kernel = Kernel("reductions/reduce.cu", isRows ? "rows" : "columns",
            $"TYPE={x.DType} RESULT={y.DType} FOLD={fold} WIDE={isWide} LANES={lanes} INDEX={indices is not null} MEAN={mean is not null}");
        grid = grid with { Y = parts };
        if (isRows)
            kernel.Launch(Stream, grid, ReduceThreads, 64, x, mean, y, indices, partials, shape.Outer, shape.Reduced, part, (float)divisor);
        else
            kernel.Launch(Stream, grid, ReduceThreads, ReduceThreads * pack * 8, x, mean, y, indices, partials, shape.Outer, shape.Reduced,
                shape.Inner, part, across, (float)divisor);
        if (partials is not null)
            Kernel("reductions/reduce.cu", "combine",
                $"TYPE={x.DType} RESULT={y.DType} FOLD={fold} WIDE={isWide} LANES={lanes} INDEX={indices is not null} MEAN={mean is not null}")
                .Launch(Stream, GridFor(outputs, ReduceThreads), ReduceThreads, 0, partials, y, indices, outputs, parts, (float)divisor);
    }
}
