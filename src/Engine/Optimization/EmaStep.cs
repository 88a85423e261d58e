using System.Buffers;
using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;
using SuTI.Kernels;

namespace SuTI.Engine;

public abstract partial class Device
{
    /// <summary>average ← average + (1 − decay)(value − average), pair by pair.</summary>
    internal abstract void EmaStep(IReadOnlyList<Parameter> values, IReadOnlyList<Parameter> averages, double decay,
        Func<double>? again);
}

public sealed partial class CpuDevice
{
    internal override unsafe void EmaStep(IReadOnlyList<Parameter> values, IReadOnlyList<Parameter> averages,
        double decay, Func<double>? again)
    {
        var slices = ArrayPool<ParameterSlice>.Shared.Rent(values.Count);
        for (int i = 0; i < values.Count; i++)
        {
            slices[i] = new()
            {
                Length = values[i].Shape.Length,
                Value = OptimizerSlots.Address(values[i].Value),
                Average = OptimizerSlots.Address(averages[i].Value),
            };
        }
        var described = slices.AsSpan(0, values.Count);
        if (values.Count > 0 && values[0].DType == DType.Float64)
            EmaCpu.Step<double>(Pool, described, decay);
        else
            EmaCpu.Step<float>(Pool, described, decay);
        ArrayPool<ParameterSlice>.Shared.Return(slices);
    }
}
