using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const string GegluFile = "elementwise/geglu.cu";

    internal override void Geglu(Tensor x, Tensor y)
    {
        if (y.Shape.Length == 0)
            return;
        var (count, width, packs) = HalvedRows(x, y, null);
        Kernel(GegluFile, "forward", $"TYPE={x.DType}").Launch(Stream, GridFor(count / 4, ElementThreads), ElementThreads, 0, x, y, count, width, packs);
    }

    internal override void GegluBackward(Tensor x, Tensor dy, Tensor dx)
    {
        if (dy.Shape.Length == 0)
            return;
        var (count, width, packs) = HalvedRows(x, dy, dx);
        Kernel(GegluFile, "backward", $"TYPE={x.DType}").Launch(Stream, GridFor(count / 4, ElementThreads), ElementThreads, 0,
            x, dy, dx, count, width, packs);
    }

    // Packs must not cross from one half of a row into the other.
    static (uint Count, uint Width, uint Packs) HalvedRows(Tensor x, Tensor half, Tensor? dx)
    {
        uint count = KernelCount(half.Shape), width = (uint)half.Shape[-1];
        return (count, width, width % (uint)Packed.Elements(x.DType) == 0 ? (uint)Packed.Count(count, x, half, dx) : 0);
    }

    // Kernels that divide count in 32 bits.
    static uint KernelCount(Shape shape)
        => shape.Length <= int.MaxValue ? (uint)shape.Length
            : throw new ShapeException("cuda", "is too large for one kernel", $"at most {int.MaxValue} elements", $"{shape.Length} of {shape}");
}
