using System.Runtime.CompilerServices;

namespace SuTI.Engine.Cuda;

/// <summary>Many tensors in one launch (tensor_list.cuh has the same struct): a parameter, so that launches can be captured.</summary>
struct TensorList
{
    internal const int MaxTensors = 64;
    internal const int Chunk = 16384;

    internal uint Count;
    internal uint Chunks;
    Firsts _starts;
    Lengths _lengths;
    Addresses _arrays;

    internal readonly bool IsFull => Count == MaxTensors;

    /// <summary>Adds equally long arrays; null leaves one out.</summary>
    /// <exception cref="ShapeException">More chunks than a launch counts.</exception>
    internal void Add(long length, params ReadOnlySpan<Tensor?> arrays)
    {
        if (length == 0)
            return;
        int index = (int)Count++;
        _starts[index] = Chunks;
        _lengths[index] = length;
        for (int i = 0; i < arrays.Length; i++)
        {
            if (arrays[i] is { } x)
                _arrays[(i * MaxTensors) + index] = x.Storage.Address + ((nint)x.Offset * x.DType.Size());
        }
        Chunks = checked(Chunks + (uint)((length + Chunk - 1) / Chunk));
        _starts[index + 1] = Chunks;
    }

    [InlineArray(MaxTensors + 2)]
    struct Firsts
    {
        uint _first;
    }

    [InlineArray(MaxTensors)]
    struct Lengths
    {
        long _first;
    }

    [InlineArray(6 * MaxTensors)]
    struct Addresses
    {
        nint _first;
    }
}
