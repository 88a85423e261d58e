namespace SuTI.Kernels;

/// <summary>A contiguous array (Outer, Reduced, Inner) of which the middle axis is reduced; the result is (Outer, Inner).</summary>
public readonly record struct ReduceShape(int Outer, int Reduced, int Inner)
{
    /// <exception cref="ArgumentException">A length does not match, or a size is negative.</exception>
    internal void Check(int inputLength, int outputLength)
    {
        if (Outer < 0 || Reduced < 0 || Inner < 0)
            throw new ArgumentException($"reduce: sizes must not be negative; got {this}.");
        if (inputLength != (long)Outer * Reduced * Inner || outputLength != (long)Outer * Inner)
            throw new ArgumentException($"reduce: {this} does not fit {inputLength} inputs and {outputLength} outputs.");
    }

    // Work on whole rows or columns: outputs one after the other, about this many inputs a chunk and no more than 16 chunks.
    internal int OutputsPerChunk(int inputs = 16384)
        => Math.Max(Math.Max(1, inputs / Math.Max(1, Reduced)), ((Outer * Inner) + 15) / 16);
}
