namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void Fill(Tensor destination, double value)
    {
        if (destination.Shape.Length == 0)
            return;
        ulong bits = destination.DType switch
        {
            DType.Float64 => BitConverter.DoubleToUInt64Bits(value),
            DType.Float32 => BitConverter.SingleToUInt32Bits((float)value),
            DType.Float16 => BitConverter.HalfToUInt16Bits((Half)value),
            DType.BFloat16 => ((Kernels.BFloat16)(float)value).Bits,
            DType.Int32 => (uint)(int)value,
            DType.Int64 => (ulong)(long)value,
            DType.Bool => value != 0 ? 1u : 0u,
            _ => (byte)value,
        };
        if (bits == 0)
        {
            MakeCurrent();
            Stream.Set(destination.Storage.Address + ((nint)destination.Offset * destination.DType.Size()), 0,
                destination.Shape.Length * destination.DType.Size());
            return;
        }
        Kernel("views/fill.cu", "fill", $"BYTES={destination.DType.Size()}").Launch(Stream, GridFor(destination.Shape.Length, CopyThreads),
            CopyThreads, 0, destination, bits, destination.Shape.Length);
    }
}
