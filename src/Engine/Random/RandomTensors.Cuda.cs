using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const string RandomFile = "random/random.cu";

    internal override void Random(Tensor y, PhiloxSource source, RandomKind kind)
    {
        if (y.DType != DType.Float32)
            throw new DTypeException("random", "there is no f64 under CUDA; f64 is for proof, on the processor", "f32", y.DType.Label());
        var draw = new RandomLaunch(y, source, perAccess: 4);
        if (draw.Samples == 0)
            return;
        Kernel(RandomFile, kind == RandomKind.Normal ? "normal" : "uniform_numbers", $"").Launch(Stream, GridFor(draw.Work, ElementThreads),
            ElementThreads, 0, y, KernelArgument.Struct(ref draw.Source), draw.Samples, draw.Elements, draw.Accesses);
    }

    internal override void RandomIntegers(Tensor y, PhiloxSource source, long bound)
    {
        var draw = new RandomLaunch(y, source, perAccess: 4);
        if (draw.Samples == 0)
            return;
        Kernel(RandomFile, "integers", $"").Launch(Stream, GridFor(draw.Work, ElementThreads), ElementThreads, 0,
            y, KernelArgument.Struct(ref draw.Source), draw.Samples, draw.Elements, draw.Accesses, bound);
    }

    /// <summary>What the kernels of philox.cuh are given.</summary>
    ref struct RandomLaunch
    {
        internal DrawSource Source;

        internal RandomLaunch(Tensor y, PhiloxSource source, int perAccess)
        {
            Source = new(source.Seed, source.Purpose, source.Step, source.FirstSample);
            Elements = (uint)Tensor.ElementsPerSample(y.Shape);
            Samples = y.Shape.Length == 0 ? 0 : KernelCount(y.Shape) / Elements;
            Accesses = (Elements + (uint)perAccess - 1) / (uint)perAccess;
        }

        internal readonly uint Samples { get; }

        internal readonly uint Elements { get; }

        /// <summary>Of a sample: each takes one counter for four elements.</summary>
        internal readonly uint Accesses { get; }

        internal readonly long Work => (long)Samples * Accesses;
    }

    // Source of philox.cuh.
    readonly record struct DrawSource(ulong Seed, uint Purpose, uint Step, uint FirstSample);
}
