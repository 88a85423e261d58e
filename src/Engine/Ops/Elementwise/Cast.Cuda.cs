namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void Cast(Tensor x, Tensor y)
    {
        if (x.DType == DType.Float64 || y.DType == DType.Float64)
            throw new DTypeException("cast", "there is no f64 under CUDA; f64 is for proof, on the processor", "f32", "f64");
        long count = x.Shape.Length;
        if (count > 0)
        {
            Kernel("elementwise/cast.cu", "cast", $"FROM={x.DType} TO={y.DType} TO_BOOL={y.DType == DType.Bool}")
                .Launch(Stream, GridFor(count, ElementThreads), ElementThreads, 0, x, y, count);
        }
    }
}
