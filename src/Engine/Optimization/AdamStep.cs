using System.Buffers;
using SuTI.Engine.Optimization;
using SuTI.Kernels;

namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>States: mean of gradients, mean of squared gradients. Averages of the slots step too.</summary>
    /// <param name="again">The options of later steps, while a graph is captured; else null. So in other rules.</param>
    internal abstract void AdamStep(ReadOnlySpan<OptimizerSlot> slots, in Kernels.AdamOptions options, StepPass pass,
        Func<Kernels.AdamOptions>? again);
}

public sealed partial class CpuDevice
{
    internal override void AdamStep(ReadOnlySpan<OptimizerSlot> slots, in Kernels.AdamOptions options, StepPass pass,
        Func<Kernels.AdamOptions>? again)
    {
        var slices = ArrayPool<ParameterSlice>.Shared.Rent(slots.Length);
        OptimizerSlots.Describe(slots, slices);
        var described = slices.AsSpan(0, slots.Length);
        if (slots[0].Parameter.DType == DType.Float64)
            AdamCpu.Step<double>(Pool, described, options);
        else
            AdamCpu.Step<float>(Pool, described, options);
        ArrayPool<ParameterSlice>.Shared.Return(slices);
    }
}
