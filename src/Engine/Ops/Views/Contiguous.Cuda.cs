using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const int CopyThreads = 256;

    internal override void Copy(Tensor source, Tensor destination)
    {
        if (source.Shape.Length == 0)
            return;
        if (source.IsContiguous && destination.IsContiguous)
        {
            MakeCurrent();
            int size = source.DType.Size();
            Stream.Copy(source.Storage.Address + ((nint)source.Offset * size), destination.Storage.Address + ((nint)destination.Offset * size),
                source.Shape.Length * size);
            return;
        }
        var loop = StridedLoop.Of(destination, source);
        Kernel("views/copy.cu", "copy_strided", $"BYTES={source.DType.Size()}").Launch(Stream, GridFor(loop.Count, CopyThreads), CopyThreads, 0,
            source, destination, KernelArgument.Struct(ref loop));
    }

    internal override void Accumulate(Tensor source, Tensor destination)
    {
        if (source.Shape.Length == 0)
            return;
        var loop = StridedLoop.Of(destination, source);
        Kernel("views/accumulate.cu", "accumulate", $"TYPE={source.DType}").Launch(Stream, GridFor(loop.Count, CopyThreads), CopyThreads, 0,
            source, destination, KernelArgument.Struct(ref loop));
    }
}
