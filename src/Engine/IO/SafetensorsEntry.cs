using System.Collections.Immutable;

namespace SuTI.Engine.IO;

/// <summary>What a header says of one tensor.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, SafetensorsType type, ImmutableArray<long> shape, long begin, long end)
    {
        Name = name;
        Type = type;
        Shape = shape;
        Begin = begin;
        End = end;
    }

    public string Name { get; }

    public SafetensorsType Type { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Offset of the first byte within the file's data.</summary>
    public long Begin { get; }

    /// <summary>Offset behind the last byte within the file's data.</summary>
    public long End { get; }

    /// <summary>Bytes of the tensor, stored little-endian and row by row.</summary>
    public long ByteCount => End - Begin;

    public long ElementCount => ByteCount / Type.ElementBytes();

    /// <summary>The shape as <c>[5, 7]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    public override string ToString() => $"{Name} {Type.FormatName()} {ShapeText}";
}
