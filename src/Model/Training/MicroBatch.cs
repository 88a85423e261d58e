using SuTI.Engine;

namespace SuTI.Model.Training;

/// <summary>Which samples a loss is computed of.</summary>
/// <param name="Step">From 0.</param>
/// <param name="Index">Of the micro-batch in its step, from 0.</param>
/// <param name="Size">Samples.</param>
/// <param name="Seed">Of the run.</param>
public readonly record struct MicroBatch(int Step, int Index, int Size, ulong Seed)
{
    /// <summary>The number of the first sample in its step: random tensors take it, so that splitting a batch changes no number.</summary>
    public uint FirstSample => (uint)(Index * Size);

    /// <summary>The step's stream of random numbers for one purpose.</summary>
    public RandomKey Key(string purpose) => RandomKey.For(purpose, Seed, (uint)Step);
}
