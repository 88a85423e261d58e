using System.Buffers;
using SuTI.Engine.Optimization;
using SuTI.Kernels;

namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>States: mean of gradients, mean of squared gradients.</summary>
    internal abstract void AdamStep(ReadOnlySpan<OptimizerSlot> slots, in Kernels.AdamOptions options);
}

public sealed partial class CpuDevice
{
    internal override void AdamStep(ReadOnlySpan<OptimizerSlot> slots, in Kernels.AdamOptions options)
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
