using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;
using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void AdamStep(ReadOnlySpan<OptimizerSlot> slots, in Kernels.AdamOptions options, StepPass pass, Func<Kernels.AdamOptions>? again)
    {
        var constants = AdamConstants.Of(options);
        nint at = again is null ? 0 : Recording!.Argument(() => AdamConstants.Of(again()));
        var copy = HalfCopyOf(slots);
        for (int next = 0; next < slots.Length;)
        {
            var list = default(TensorList);
            for (; next < slots.Length && !list.IsFull; next++)
            {
                var slot = slots[next];
                var half = Half(slot.Parameter, copy);
                if (half is not null)
                    slot.KeptCopy = HalfCopyKey.Of(copy!.Value);
                list.Add(slot.Parameter.Shape.Length, slot.Parameter.Value, slot.Parameter.Gradient, slot.States[0].Value, slot.States[1].Value,
                    slot.Average?.Value, half);
            }
            if (list.Chunks > 0)
            {
                Kernel("optimizers/adam.cu", "adam", $"TYPE={slots[0].Parameter.DType} HALF={copy ?? DType.BFloat16}").Launch(Stream, GridOf(list), ListThreads, 0,
                    KernelArgument.Struct(ref list), KernelArgument.Struct(ref constants), at, Found(pass), Skipped(pass));
            }
        }
    }

    static nint Found(StepPass pass) => pass.Scale is { } scale ? Address(scale.Counts) : 0;

    static nint Skipped(StepPass pass) => pass.Scale is { } scale ? Address(scale.Counts) + (2 * sizeof(int)) : 0;

    // The type of the half copies that kernels have asked for; one a launch is kept up to date.
    static DType? HalfCopyOf(ReadOnlySpan<OptimizerSlot> slots)
    {
        foreach (var slot in slots)
        {
            foreach (var type in (ReadOnlySpan<DType>)[DType.BFloat16, DType.Float16])
            {
                if (Half(slot.Parameter, type) is not null)
                    return type;
            }
        }
        return null;
    }

    static Tensor? Half(Parameter parameter, DType? type)
    {
        var value = parameter.Value;
        if (type is not { } half || value.DType != DType.Float32 || value.Offset != 0 || value.Storage.DerivedBy(HalfCopyKey.Of(half)) is not { } copy)
            return null;
        copy.Retain();
        var view = new Tensor(copy, value.Shape, value.Strides, 0, half);
        TensorScope.Require("half copy").Adopt(view);
        return view;
    }

    /// <summary>As adam.cu has it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct AdamConstants
    {
        float _beta1, _rest1, _beta2, _rest2, _penalty, _shrink, _rootScale, _epsilon, _step, _averageRest, _rate, _logBeta1, _logBeta2, _steps;

        internal static AdamConstants Of(in Kernels.AdamOptions o) => new()
        {
            _beta1 = (float)o.Beta1,
            _rest1 = (float)(1 - o.Beta1),
            _beta2 = (float)o.Beta2,
            _rest2 = (float)(1 - o.Beta2),
            _penalty = (float)(o.IsDecoupled ? 0 : o.WeightDecay),
            _shrink = (float)(o.IsDecoupled ? 1 - (o.LearningRate * o.WeightDecay) : 1),
            _rootScale = (float)(1 / Math.Sqrt(o.BiasCorrection2)),
            _epsilon = (float)o.Epsilon,
            _step = (float)(o.LearningRate / o.BiasCorrection1),
            _averageRest = (float)(1 - o.AverageDecay),
            _rate = (float)o.LearningRate,
            _logBeta1 = (float)Math.Log(o.Beta1),
            _logBeta2 = (float)Math.Log(o.Beta2),
            _steps = o.Beta2 > 0 ? (float)Math.Round(Math.Log(1 - o.BiasCorrection2) / Math.Log(o.Beta2)) : 1,
        };
    }
}
