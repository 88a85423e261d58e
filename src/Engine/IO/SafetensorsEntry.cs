using System.Collections.Immutable;

namespace SuTI.Engine.IO;

/// <summary>What a safetensors header says of one tensor.</summary>
public sealed class SafetensorsEntry : WeightEntry
{
    internal SafetensorsEntry(string name, SafetensorsType type, ImmutableArray<long> shape, long begin, long end)
        : base(name, type, shape)
    {
        Begin = begin;
        End = end;
    }

    /// <summary>Offset of the first byte within the file's data.</summary>
    public long Begin { get; }

    /// <summary>Offset behind the last byte within the file's data.</summary>
    public long End { get; }
}
