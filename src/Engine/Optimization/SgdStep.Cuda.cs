using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;
using SuTI.Engine.Optimization;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void SgdStep(ReadOnlySpan<OptimizerSlot> slots, in Kernels.SgdOptions options, StepPass pass, Func<Kernels.SgdOptions>? again)
    {
        var constants = SgdConstants.Of(options);
        nint at = again is null ? 0 : Recording!.Argument(() => SgdConstants.Of(again()));
        for (int next = 0; next < slots.Length;)
        {
            var list = default(TensorList);
            for (; next < slots.Length && !list.IsFull; next++)
            {
                var slot = slots[next];
                list.Add(slot.Parameter.Shape.Length, slot.Parameter.Value, slot.Parameter.Gradient, slot.States.Length > 0 ? slot.States[0].Value : null);
            }
            if (list.Chunks > 0)
            {
                Kernel("optimizers/sgd.cu", "sgd", $"TYPE={slots[0].Parameter.DType} NESTEROV={options.IsNesterov}").Launch(Stream, GridOf(list), ListThreads, 0,
                    KernelArgument.Struct(ref list), KernelArgument.Struct(ref constants), at, Found(pass));
            }
        }
    }

    /// <summary>As sgd.cu has it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct SgdConstants
    {
        float _rate, _decay, _momentum, _share, _first;

        internal static SgdConstants Of(in Kernels.SgdOptions o) => new()
        {
            _rate = (float)o.LearningRate,
            _decay = (float)o.WeightDecay,
            _momentum = (float)o.Momentum,
            _share = o.IsFirst ? 1 : (float)(1 - o.Dampening),
            _first = o.IsFirst ? 1 : 0,
        };
    }
}
