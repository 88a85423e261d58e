using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const int ListThreads = 256;

    internal override Tensor ClipGradients(ReadOnlySpan<Tensor> gradients, double maxNorm)
    {
        var norm = Tensor.Empty(Shape.Scalar, DType.Float32, this);
        using var scope = TensorScope.Open("clip gradients");
        var factor = Tensor.Empty(Shape.Scalar, DType.Float32, this);
        long chunks = 0;
        foreach (var gradient in gradients)
            chunks += Chunks(gradient);
        var partials = Tensor.Empty([checked((int)chunks)], DType.Float32, this);
        long done = 0;
        for (int next = 0; next < gradients.Length;)
        {
            var list = Gather(gradients, ref next);
            if (list.Chunks > 0)
            {
                Kernel("optimizers/gradients.cu", "squares", $"TYPE={gradients[0].DType}").Launch(Stream, GridOf(list), ListThreads, 32 * sizeof(float),
                    KernelArgument.Struct(ref list), partials.Storage.Address + ((nint)done * sizeof(float)));
            }
            done += list.Chunks;
        }
        var type = gradients.Length > 0 ? gradients[0].DType : DType.Float32;
        Kernel("optimizers/gradients.cu", "norm", $"TYPE={type}").Launch(Stream, new(1), 1024, 32 * sizeof(float), partials, norm, factor, chunks, (float)maxNorm);
        for (int next = 0; next < gradients.Length;)
        {
            var list = Gather(gradients, ref next);
            if (list.Chunks > 0)
            {
                Kernel("optimizers/gradients.cu", "scale", $"TYPE={type}").Launch(Stream, GridOf(list), ListThreads, 0,
                    KernelArgument.Struct(ref list), factor);
            }
        }
        foreach (var gradient in gradients)
            gradient.Storage.MarkChanged();
        return norm;
    }

    internal override void UnscaleGradients(ReadOnlySpan<Tensor> gradients, Tensor scale, Tensor counts)
    {
        for (int next = 0; next < gradients.Length;)
        {
            var list = Gather(gradients, ref next);
            if (list.Chunks > 0)
            {
                Kernel("optimizers/gradients.cu", "unscale", $"TYPE={gradients[0].DType}").Launch(Stream, GridOf(list), ListThreads, 0,
                    KernelArgument.Struct(ref list), scale, counts);
            }
        }
    }

    internal override void UpdateLossScale(Tensor scale, Tensor counts, double growth, double backoff, int interval)
        => Kernel("optimizers/gradients.cu", "update_scale", $"TYPE={DType.Float32}").Launch(Stream, new(1), 32, 0,
            scale, counts, (float)growth, (float)backoff, interval);

    static TensorList Gather(ReadOnlySpan<Tensor> tensors, ref int next)
    {
        var list = default(TensorList);
        for (; next < tensors.Length && !list.IsFull; next++)
            list.Add(tensors[next].Shape.Length, tensors[next]);
        return list;
    }

    static long Chunks(Tensor x) => (x.Shape.Length + TensorList.Chunk - 1) / TensorList.Chunk;

    // Blocks that the device holds at once, or one a chunk.
    Grid GridOf(in TensorList list) => new(Math.Min(list.Chunks, (uint)Multiprocessors * 8));
}
