using SuTI.Engine.Layers;
using SuTI.Kernels;

namespace SuTI.Engine.Optimization;

/// <summary>One parameter with its state.</summary>
sealed class OptimizerSlot(Parameter parameter, Parameter[] states, Parameter stepCount)
{
    internal Parameter Parameter { get; } = parameter;

    /// <summary>What the rule keeps between steps, in an order of its own.</summary>
    internal Parameter[] States { get; } = states;

    /// <summary>The file's form of <see cref="Steps"/>, up to date only while saving and loading.</summary>
    internal Parameter StepCount { get; } = stepCount;

    /// <summary>What follows the parameter in the same pass; null if nothing does.</summary>
    internal Parameter? Average { get; set; }

    /// <summary>Names the half copy of the parameter that the step has written as well; null if it has not.</summary>
    internal object? KeptCopy { get; set; }

    /// <summary>Steps made so far: a parameter without a gradient makes none.</summary>
    internal int Steps { get; set; }
}

static unsafe class OptimizerSlots
{
    /// <summary>Addresses for the processor's kernels.</summary>
    internal static void Describe(ReadOnlySpan<OptimizerSlot> slots, Span<ParameterSlice> slices)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            slices[i] = new()
            {
                Length = slot.Parameter.Shape.Length,
                Value = Address(slot.Parameter.Value),
                Gradient = Address(slot.Parameter.Gradient),
                State0 = slot.States.Length > 0 ? Address(slot.States[0].Value) : null,
                State1 = slot.States.Length > 1 ? Address(slot.States[1].Value) : null,
                Average = Address(slot.Average?.Value),
            };
        }
    }

    internal static void* Address(Tensor? tensor)
        => tensor is null ? null : (byte*)tensor.Storage.Address + (tensor.Offset * tensor.DType.Size());
}
