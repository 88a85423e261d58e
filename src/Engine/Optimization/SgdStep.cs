using System.Buffers;
using SuTI.Engine.Optimization;
using SuTI.Kernels;

namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>State: the momentum, unless there is none.</summary>
    internal abstract void SgdStep(ReadOnlySpan<OptimizerSlot> slots, in Kernels.SgdOptions options, StepPass pass,
        Func<Kernels.SgdOptions>? again);
}

public sealed partial class CpuDevice
{
    internal override void SgdStep(ReadOnlySpan<OptimizerSlot> slots, in Kernels.SgdOptions options, StepPass pass,
        Func<Kernels.SgdOptions>? again)
    {
        var slices = ArrayPool<ParameterSlice>.Shared.Rent(slots.Length);
        OptimizerSlots.Describe(slots, slices);
        var described = slices.AsSpan(0, slots.Length);
        if (slots[0].Parameter.DType == DType.Float64)
            SgdCpu.Step<double>(Pool, described, options);
        else
            SgdCpu.Step<float>(Pool, described, options);
        ArrayPool<ParameterSlice>.Shared.Return(slices);
    }
}
