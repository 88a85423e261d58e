using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;
using SuTI.Kernels;

namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>States: the second moment, whole or as rows and columns, then the first moment if it is kept.</summary>
    internal abstract void AdafactorStep(OptimizerSlot slot, in Kernels.AdafactorOptions options, StepPass pass,
        Func<Kernels.AdafactorOptions>? again);
}

public sealed partial class CpuDevice
{
    internal override void AdafactorStep(OptimizerSlot slot, in Kernels.AdafactorOptions options, StepPass pass,
        Func<Kernels.AdafactorOptions>? again)
    {
        if (slot.Parameter.DType == DType.Float64)
            Run<double>(options);
        else
            Run<float>(options);

        void Run<T>(in Kernels.AdafactorOptions options)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            var value = slot.Parameter.Value.Span<T>();
            var gradient = slot.Parameter.Gradient!.Span<T>();
            var states = slot.States;
            if (Adafactor.Factors(slot.Parameter) is not { } shape)
            {
                AdafactorCpu.Step<T>(Pool, gradient, value, states[0].Value.Span<T>(), First<T>(states, 1), options);
                return;
            }
            var workspace = Tensor.Empty([AdafactorCpu.WorkspaceLength(shape)], slot.Parameter.DType, this).Span<T>();
            AdafactorCpu.StepFactored<T>(Pool, gradient, value, states[0].Value.Span<T>(), states[1].Value.Span<T>(),
                First<T>(states, 2), workspace, shape, options);
        }

        static Span<T> First<T>(Parameter[] states, int index) where T : unmanaged
            => index < states.Length ? states[index].Value.Span<T>() : [];
    }
}
