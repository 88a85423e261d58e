namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>y (n) = (y +) the sum over the rows of x (1, m, n); y is contiguous, and f32 or of x's type.</summary>
    internal abstract void ColumnSums(Tensor x, Tensor y, bool accumulate);
}

public sealed partial class CpuDevice
{
    internal override void ColumnSums(Tensor x, Tensor y, bool accumulate)
    {
        var sums = Broadcast.SumTo(x, [x.Shape[2]]);
        if (accumulate)
            Accumulate(sums, y);
        else
            Copy(sums, y);
    }
}
