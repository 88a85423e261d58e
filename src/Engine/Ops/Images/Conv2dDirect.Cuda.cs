using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine;

// The convolution's kernels that are no product of matrices: depthwise, and the gradient of the bias.
public sealed partial class CudaDevice
{
    const int DirectThreads = 256, TapsOfBlock = 9, MaxSlabs = 64, MinPixelsOfSlab = 64;

    internal override void Conv2dBiasGradient(Tensor dy, Tensor dBias, in ConvCall call, bool accumulate)
    {
        int columns = call.Sizes.Cout, pixels = checked((int)(dy.Shape.Length / columns));
        int vector = IsWide(columns, dy.DType) && IsAligned(dy) ? 16 / dy.DType.Size() : 1;
        int columnsOfBlock = vector > 1 ? 8 * vector : 32;
        int groups = Groups(columns, columnsOfBlock), slabs = Slabs(pixels, groups);
        using var workspace = Tensor.Empty([slabs, columns], DType.Float32, this);
        Kernel("convolution/bias_gradient.cu", "bias_gradient", $"TYPE={dy.DType} VECTOR={vector}").Launch(Stream, new((uint)groups, (uint)slabs),
            DirectThreads, DirectThreads * vector * sizeof(float), dy, dBias, workspace, Arrived, pixels, columns, Flag(accumulate),
            Flag(dBias.DType == DType.Float32));
    }

    void DepthwiseForward(Tensor x, Tensor weight, Tensor? bias, Tensor? rowAdd, Tensor? residual, Tensor y, in ConvSizes sizes)
        => Depthwise(x, weight, bias, rowAdd, residual, y, sizes, backward: false);

    void DepthwiseInputGradient(Tensor dy, Tensor weight, Tensor dx, in ConvSizes sizes, bool accumulate)
        => Depthwise(dy, weight, null, null, accumulate ? dx : null, dx, sizes with { PixelX = sizes.C, PixelResidual = sizes.C }, backward: true);

    void Depthwise(Tensor from, Tensor weight, Tensor? bias, Tensor? rowAdd, Tensor? residual, Tensor to, in ConvSizes sizes, bool backward)
    {
        const int DefaultShared = 48 << 10;
        int vector = DepthwiseVector(sizes, from, to), channels = 32 * vector, shared = sizes.R * sizes.S * channels * sizeof(float);
        bool inShared = shared <= DefaultShared;
        var arguments = ConvArguments.Of(sizes, default);
        int groups = Groups(sizes.C, channels);
        long pixels = to.Shape.Length / sizes.C;
        uint blocks = (uint)Math.Clamp((pixels + (DirectThreads / 32) - 1) / (DirectThreads / 32), 1, Math.Max(1, Multiprocessors * 16L / groups));
        Kernel("convolution/depthwise.cu", "depthwise", $"TYPE={from.DType} VECTOR={vector}").Launch(Stream, new(blocks, (uint)groups), DirectThreads,
            inShared ? shared : 0, from, weight, bias, rowAdd, residual, to, KernelArgument.Struct(ref arguments), Flag(backward),
            Flag(weight.DType == DType.Float32), Flag(bias?.DType == DType.Float32), Flag(inShared));
    }

    void DepthwiseWeightGradient(Tensor x, Tensor dy, Tensor dWeight, in ConvSizes sizes, bool accumulate)
    {
        int vector = DepthwiseVector(sizes, x, dy), channels = 32 * vector, taps = sizes.R * sizes.S;
        int tapGroups = Groups(taps, TapsOfBlock), groups = Groups(sizes.C, channels);
        _ = Groups(checked(groups * tapGroups), 1);
        int slabs = Slabs(checked((int)(dy.Shape.Length / sizes.C)), groups * tapGroups);
        using var workspace = Tensor.Empty([slabs, taps, sizes.C], DType.Float32, this);
        var arguments = ConvArguments.Of(sizes, default);
        int shared = DirectThreads / 32 * TapsOfBlock * channels * sizeof(float);
        Kernel("convolution/depthwise.cu", "depthwise_weight_gradient", $"TYPE={x.DType} VECTOR={vector}").Launch(Stream,
            new((uint)groups, (uint)tapGroups, (uint)slabs), DirectThreads, shared, x, dy, dWeight, workspace, Arrived,
            KernelArgument.Struct(ref arguments), Flag(accumulate), Flag(dWeight.DType == DType.Float32));
    }

    // Two channels a thread are 128 bytes a warp in halves.
    static int DepthwiseVector(in ConvSizes sizes, Tensor a, Tensor b)
    {
        bool even = sizes.C % 2 == 0 && sizes.PixelX % 2 == 0 && IsPair(a) && IsPair(b);
        return even ? 2 : 1;

        static bool IsPair(Tensor x) => ((x.Storage.Address / x.DType.Size()) + (nint)x.Offset) % 2 == 0;
    }

    // Pixels are cut among blocks until the device has several blocks a multiprocessor.
    int Slabs(int pixels, int groups) => Math.Clamp(Math.Min(pixels / MinPixelsOfSlab, Multiprocessors * 4 / Math.Max(1, groups)), 1, MaxSlabs);

    // Groups that share sums have a counter each.
    static int Groups(int count, int each)
    {
        int groups = (count + each - 1) / each;
        return groups <= ConvolutionPlans.MaxSharedTiles ? groups : throw new ShapeException("conv2d", "has more channels than its kernels take",
            $"{ConvolutionPlans.MaxSharedTiles * (long)each}", $"{count}");
    }
}
