using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override long FirstNonFinite(Tensor x)
    {
        long count = x.Shape.Length;
        if (count == 0)
            return -1;
        using var scope = TensorScope.Open("first non-finite");
        var found = Tensor.Full([1], -1, DType.Int64, this); // as unsigned, above every index
        Kernel("elementwise/first_non_finite.cu", "first_non_finite", $"TYPE={x.DType}").Launch(Stream, GridFor(count / 4, ElementThreads),
            ElementThreads, 0, x, found, count, Packed.Count(count, x));
        return found.ToArray<long>()[0];
    }
}
