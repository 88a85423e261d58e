using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class CpuDevice
{
    internal override void Attention(in AttentionOperands operands, Tensor y, Tensor logSumExp, double scale,
        bool isCausal)
    {
        if (y.DType == DType.Float64)
            Run<double>(operands);
        else
            Run<float>(operands);

        void Run<T>(in AttentionOperands operands) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var sizes = Sizes(operands);
            var workspace = Workspace<T>(AttentionCpu.ForwardWorkspaceLength<T>(Pool, sizes));
            AttentionCpu.Forward(Pool, Inputs<T>(operands), Writable<T>(y), logSumExp.Span<T>(), workspace, sizes,
                scale, isCausal);
        }
    }

    internal override void AttentionBackward(in AttentionOperands operands, Tensor y, Tensor logSumExp, Tensor dy,
        in AttentionResults gradients, double scale, bool isCausal)
    {
        if (y.DType == DType.Float64)
            Run<double>(operands, gradients);
        else
            Run<float>(operands, gradients);

        void Run<T>(in AttentionOperands operands, in AttentionResults gradients) where T : unmanaged,
            IBinaryFloatingPointIeee754<T>
        {
            var sizes = Sizes(operands);
            var dBias = gradients.Bias;
            var workspace = Workspace<T>(AttentionCpu.BackwardWorkspaceLength<T>(Pool, sizes,
                dBias is not null && dBias.Shape[0] == 1, dBias is not null && dBias.Shape[1] == 1));
            var wanted = new AttentionGradients<T>
            {
                Q = Writable<T>(gradients.Q),
                K = Writable<T>(gradients.K),
                V = Writable<T>(gradients.V),
                ExtraK = Writable<T>(gradients.SecondK),
                ExtraV = Writable<T>(gradients.SecondV),
                Bias = dBias is null ? default
                : new(dBias.Span<T>(), SharedStride(dBias, 0), (int)dBias.Strides[2], SharedStride(dBias, 1)),
            };
            AttentionCpu.Backward(Pool, Inputs<T>(operands), Writable<T>(y), logSumExp.Span<T>(), Writable<T>(dy),
                wanted, workspace, sizes,
                scale, isCausal);
        }
    }

    static AttentionSizes Sizes(in AttentionOperands operands)
        => new(operands.Q.Shape[0], operands.Q.Shape[2], operands.Q.Shape[1], operands.K.Shape[1], operands.Q.Shape[3],
            operands.SecondK?.Shape[1] ?? 0);

    static AttentionInputs<T> Inputs<T>(in AttentionOperands operands) where T : unmanaged,
        IBinaryFloatingPointIeee754<T>
        => new()
        {
            Q = Readable<T>(operands.Q),
            K = Readable<T>(operands.K),
            V = Readable<T>(operands.V),
            ExtraK = Readable<T>(operands.SecondK),
            ExtraV = Readable<T>(operands.SecondV),
            Bias = operands.Bias is not { } bias ? default
                : new(bias.StridedSpan<T>(), SharedStride(bias, 0), (int)bias.Strides[2], SharedStride(bias, 1)),
            KeyMask = operands.KeyMask is { } mask ? mask.Span<byte>() : default,
        };

    static HeadsView<T> Readable<T>(Tensor? x) where T : unmanaged
        => x is null ? default : new(x.StridedSpan<T>(), (int)x.Strides[0], (int)x.Strides[1], (int)x.Strides[2]);

    static HeadsSpan<T> Writable<T>(Tensor? x) where T : unmanaged
        => x is null ? default : new(x.Span<T>(), (int)x.Strides[0], (int)x.Strides[1], (int)x.Strides[2]);

    // The kernel tells by a stride of 0 that an axis is shared.
    static int SharedStride(Tensor bias, int axis) => bias.Shape[axis] == 1 ? 0 : (int)bias.Strides[axis];
}
