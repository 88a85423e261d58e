using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class CpuDevice
{
    internal override void Conv2d(in ConvImages x, Tensor weight, Tensor? bias, Tensor? rowAdd, Tensor? residual, Tensor y,
        in ConvCall call)
    {
        var images = x.First;
        if (y.DType == DType.Float64)
            Run<double>(call);
        else
            Run<float>(call);

        void Run<T>(in ConvCall call) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ReadOnlySpan<T> pixels = images.StridedSpan<T>(), constants = Read<T>(bias);
            ReadOnlySpan<T> rows = Read<T>(rowAdd), rest = Read<T>(residual);
            if (call.IsDepthwise)
            {
                var taps = Workspace<T>(DepthwiseCpu.WorkspaceLength(call.Sizes));
                DepthwiseCpu.Forward(Pool, pixels, weight.Span<T>(), constants, rows, rest, y.Span<T>(), taps,
                    call.Sizes);
                return;
            }
            var packed = PackedTaps<T>(weight, call, forInputGradient: false);
            var workspace = Workspace<T>(ConvCpu.WorkspaceLength(call.Sizes));
            ConvCpu.Forward(Pool, pixels, packed, constants, rows, rest, y.Span<T>(), workspace, call.Sizes);
        }
    }

    internal override void Conv2dInputGradient(Tensor dy, Tensor weight, Tensor dx, in ConvCall call, bool accumulate)
    {
        if (dy.DType == DType.Float64)
            Run<double>(call);
        else
            Run<float>(call);

        void Run<T>(in ConvCall call) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (call.IsDepthwise)
            {
                var taps = Workspace<T>(DepthwiseCpu.WorkspaceLength(call.Sizes));
                DepthwiseCpu.InputGradient(Pool, dy.Span<T>(), weight.Span<T>(), dx.Span<T>(), taps, call.Sizes,
                    accumulate);
                return;
            }
            var packed = PackedTaps<T>(weight, call, forInputGradient: true);
            var workspace = Workspace<T>(ConvCpu.InputGradientWorkspaceLength(call.Sizes));
            ConvCpu.InputGradient(Pool, dy.Span<T>(), packed, dx.Span<T>(), workspace, call.Sizes, accumulate);
        }
    }

    internal override void Conv2dWeightGradient(in ConvImages x, Tensor dy, Tensor dWeight, in ConvCall call,
        bool accumulate)
    {
        var images = x.First;
        if (dy.DType == DType.Float64)
            Run<double>(call);
        else
            Run<float>(call);

        void Run<T>(in ConvCall call) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (call.IsDepthwise)
            {
                DepthwiseCpu.WeightGradient<T>(Pool, images.StridedSpan<T>(), dy.Span<T>(), dWeight.Span<T>(), call.Sizes,
                    accumulate);
                return;
            }
            var workspace = Workspace<T>(ConvCpu.WeightGradientWorkspaceLength<T>(call.Sizes));
            ConvCpu.WeightGradient(Pool, images.StridedSpan<T>(), dy.Span<T>(), dWeight.Span<T>(), workspace, call.Sizes,
                accumulate);
        }
    }

    internal override void Conv2dBiasGradient(Tensor dy, Tensor dBias, in ConvCall call, bool accumulate)
    {
        if (dy.DType == DType.Float64)
            Run<double>(call);
        else
            Run<float>(call);

        void Run<T>(in ConvCall call) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var workspace = Workspace<T>(ConvCpu.BiasGradientWorkspaceLength(call.Sizes));
            ConvCpu.BiasGradient(Pool, dy.Span<T>(), dBias.Span<T>(), workspace, call.Sizes, accumulate);
        }
    }

    static ReadOnlySpan<T> Read<T>(Tensor? x) where T : unmanaged => x is null ? default : x.StridedSpan<T>();

    unsafe ReadOnlySpan<T> PackedTaps<T>(Tensor weight, ConvCall call, bool forInputGradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = checked((int)(forInputGradient
            ? ConvCpu.InputGradientPackedLength<T>(call.Sizes)
            : ConvCpu.PackedLength<T>(call.Sizes)));
        var key = new PackedKernel(weight.DType, weight.Offset, weight.Shape, forInputGradient);
        long bytes = (long)length * sizeof(T), rows = (long)call.Sizes.N * call.Sizes.OutH * call.Sizes.OutW;
        if (!call.KeepsPacked || (weight.Storage.DerivedBy(key) is null && !KeepsPacked(bytes, rows)))
        {
            var scratch = Workspace<T>(length);
            Pack(this, weight, scratch, call.Sizes, forInputGradient);
            return scratch;
        }
        var storage = weight.Storage.Derive(key, bytes,
            (Device: this, Weight: weight, call.Sizes, forInputGradient, length),
            static (state, storage) => Pack(state.Device, state.Weight, new Span<T>((T*)storage.Address, state.length),
                state.Sizes, state.forInputGradient));
        return new((T*)storage.Address, length);

        static void Pack(CpuDevice device, Tensor weight, Span<T> packed, in ConvSizes sizes, bool forInputGradient)
        {
            if (forInputGradient)
                ConvCpu.PackForInputGradient(device.Pool, weight.Span<T>(), packed, sizes);
            else
                ConvCpu.Pack(device.Pool, weight.Span<T>(), packed, sizes);
        }
    }

    /// <summary>Names the packed form of a kernel among what is derived from its storage.</summary>
    sealed record PackedKernel(DType DType, long Offset, Shape Shape, bool ForInputGradient);
}
