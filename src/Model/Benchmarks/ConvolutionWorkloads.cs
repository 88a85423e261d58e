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
        new(1, 64, 64, 320, 320, 1, 1), new(1, 16, 16, 256, 256, 1, 1), new(1, 64, 64, 4, 320, 3, 1),
    ];

    static readonly Sizes[] s_backward = [new(4, 32, 32, 64, 64, 3, 1), new(8, 16, 16, 128, 128, 3, 1), new(8, 8, 8, 192, 192, 3, 1)];

    internal static IEnumerable<Workload> All()
    {
        foreach (var sizes in s_forward)
        {
            yield return new(sizes.Name, device =>
            {
                var (x, weight, bias) = sizes.Inputs(device);
                return new(Inputs.Once(() => sizes.Apply(x, weight, bias)), sizes.Flops);
            });
        }
        foreach (var sizes in s_backward)
            yield return new($"{sizes.Name}_fwdbwd", device => ForwardAndBackward(sizes, device));
    }

    static Prepared ForwardAndBackward(Sizes sizes, Device device)
    {
        var (x, weight, bias) = sizes.Inputs(device);
        var dy = Inputs.Normal(device, 4, sizes.Batch, sizes.Height / sizes.Stride, sizes.Width / sizes.Stride, sizes.OutChannels);
        x.RequiresGradient = weight.RequiresGradient = bias.RequiresGradient = true;
        void Run()
        {
            using var scope = TensorScope.Open("run");
            sizes.Apply(x, weight, bias).Backward(dy);
            x.ClearGradient();
            weight.ClearGradient();
            bias.ClearGradient();
        }
        return new(Run, 3 * sizes.Flops);
    }

    sealed record Sizes(int Batch, int Height, int Width, int InChannels, int OutChannels, int Kernel, int Stride)
    {
        internal string Name => $"conv{Kernel}x{Kernel}_b{Batch}_{Height}x{Width}x{InChannels}-{OutChannels}_s{Stride}";

        internal double Flops
            => 2.0 * Batch * (Height / Stride) * (Width / Stride) * OutChannels * InChannels * Kernel * Kernel;

        internal (Tensor X, Tensor Weight, Tensor Bias) Inputs(Device device)
            => (Benchmarks.Inputs.Normal(device, 1, Batch, Height, Width, InChannels),
                Benchmarks.Inputs.Normal(device, 2, OutChannels, Kernel, Kernel, InChannels), Benchmarks.Inputs.Normal(device, 3, OutChannels));

        internal Tensor Apply(Tensor x, Tensor weight, Tensor bias) => x.Conv2d(weight, bias, Stride, Kernel / 2);
    }
}
