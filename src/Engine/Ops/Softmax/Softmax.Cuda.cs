using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    // Elements that a thread keeps of one row, and of each of two.
    const int KeptOfOne = 32, KeptOfTwo = 16;

    internal override void Softmax(Tensor x, Tensor y) => RowSoftmax("softmax", x, y);

    internal override void LogSoftmax(Tensor x, Tensor y) => RowSoftmax("log_softmax", x, y);

    internal override void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx) => RowSoftmaxBackward("softmax_backward", y, dy, dx);

    internal override void LogSoftmaxBackward(Tensor y, Tensor dy, Tensor dx) => RowSoftmaxBackward("log_softmax_backward", y, dy, dx);

    void RowSoftmax(string entry, Tensor x, Tensor y)
    {
        if (x.Shape.Length == 0)
            return;
        int width = x.Shape[-1];
        uint rows = checked((uint)(x.Shape.Length / width));
        var plan = RowPlan.Of(width, x.DType, RowPlan.Aligns(width, x, y), KeptOfOne);
        Kernel("softmax/softmax.cu", entry, $"TYPE={x.DType} WIDE={plan.IsWide} LANES={plan.Lanes} PACKS={plan.Packs}")
            .Launch(Stream, plan.Blocks(rows), plan.Threads, plan.Scratch, x, y, rows, width);
    }

    void RowSoftmaxBackward(string entry, Tensor y, Tensor dy, Tensor dx)
    {
        if (y.Shape.Length == 0)
            return;
        int width = y.Shape[-1];
        uint rows = checked((uint)(y.Shape.Length / width));
        var plan = RowPlan.Of(width, y.DType, RowPlan.Aligns(width, y, dy, dx), KeptOfTwo);
        Kernel("softmax/softmax_backward.cu", entry, $"TYPE={y.DType} WIDE={plan.IsWide} LANES={plan.Lanes} PACKS={plan.Packs}")
            .Launch(Stream, plan.Blocks(rows), plan.Threads, plan.Scratch, y, dy, dx, rows, width);
    }
}
