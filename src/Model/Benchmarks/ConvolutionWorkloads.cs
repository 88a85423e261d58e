using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary><c>convKxK_bB_HxWxCin-Cout_sS</c>, padding K/2, with bias; <c>_fwdbwd</c> adds all three gradients.</summary>
static class ConvolutionWorkloads
{
    static readonly Sizes[] s_forward =
    [
        new(1, 64, 64, 64, 64, 3, 1), new(4, 64, 64, 64, 64, 3, 1), new(1, 32, 32, 128, 128, 3, 1), new(4, 32, 32, 128, 128, 3, 1),
        new(1, 16, 16, 256, 256, 3, 1), new(4, 16, 16, 256, 256, 3, 1), new(1, 8, 8, 512, 512, 3, 1), new(1, 64, 64, 320, 320, 3, 1),
        new(1, 32, 32, 640, 640, 3, 1), new(1, 64, 64, 64, 64, 3, 2), new(1, 64, 64, 320, 320, 3, 2), new(1, 64, 64, 64, 64, 1, 1),
        new(1, 64, 64, 320, 320, 1, 1), new(1, 16, 16, 256, 256, 1, 1), new(1, 64, 64, 4, 320, 3, 1), new(1, 16, 16, 1280, 1280, 3, 1),
        new(1, 8, 8, 1280, 1280, 3, 1),
    ];

    static readonly Sizes[] s_tiny = [new(1, 8, 8, 16, 32, 3, 1), new(2, 9, 7, 16, 16, 1, 1), new(1, 8, 8, 16, 16, 3, 2)];

    static readonly Sizes[] s_backward =
    [
        new(4, 32, 32, 64, 64, 3, 1), new(8, 16, 16, 128, 128, 3, 1), new(8, 8, 8, 192, 192, 3, 1),
        new(2, 64, 64, 320, 320, 3, 1), new(2, 32, 32, 640, 640, 3, 1), new(2, 16, 16, 1280, 1280, 3, 1),
    ];

    internal static IEnumerable<Workload> All(bool tiny)
    {
        foreach (var sizes in tiny ? s_tiny : s_forward)
        {
            yield return new(sizes.Name, place =>
            {
                var (x, weight, bias) = sizes.Inputs(place);
                return new(Inputs.Once(() => sizes.Apply(x, weight, bias)), sizes.Flops, sizes.Bytes(place));
            });
        }
        foreach (var sizes in tiny ? s_tiny : s_backward)
        {
            yield return new($"{sizes.Name}_fwdbwd", place =>
            {
                var (x, weight, bias) = sizes.Inputs(place);
                var dy = Inputs.Normal(place, 4, sizes.Batch, sizes.OutHeight, sizes.OutWidth, sizes.OutChannels);
                return new(Inputs.WithGradients(() => sizes.Apply(x, weight, bias), dy, x, weight, bias), 3 * sizes.Flops, 3 * sizes.Bytes(place));
            });
        }
    }

    sealed record Sizes(int Batch, int Height, int Width, int InChannels, int OutChannels, int Kernel, int Stride)
    {
        internal string Name => $"conv{Kernel}x{Kernel}_b{Batch}_{Height}x{Width}x{InChannels}-{OutChannels}_s{Stride}";

        internal int OutHeight => (Height + Stride - 1) / Stride;

        internal int OutWidth => (Width + Stride - 1) / Stride;

        internal double Flops => 2.0 * Batch * OutHeight * OutWidth * OutChannels * InChannels * Kernel * Kernel;

        internal double Bytes(BenchPlace place)
            => (((double)Batch * Height * Width * InChannels) + ((double)OutChannels * Kernel * Kernel * InChannels)
                + ((double)Batch * OutHeight * OutWidth * OutChannels)) * place.DType.Size();

        internal (Tensor X, Tensor Weight, Tensor Bias) Inputs(BenchPlace place)
            => (Benchmarks.Inputs.Normal(place, 1, Batch, Height, Width, InChannels),
                Benchmarks.Inputs.Normal(place, 2, OutChannels, Kernel, Kernel, InChannels), Benchmarks.Inputs.Normal(place, 3, OutChannels));

        internal Tensor Apply(Tensor x, Tensor weight, Tensor bias) => x.Conv2d(weight, bias, Stride, Kernel / 2);
    }
}
