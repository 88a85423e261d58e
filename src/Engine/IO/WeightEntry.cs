using System.Collections.Immutable;

namespace SuTI.Engine.IO;

/// <summary>What a weight file says of one tensor, whatever the file's format.</summary>
public class WeightEntry
{
    /// <exception cref="SutiException">A dimension is negative, or the bytes reach 2⁶³.</exception>
    public WeightEntry(string name, SafetensorsType type, ImmutableArray<long> shape)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Type = type;
        Shape = shape;
        if (!type.TryCount(shape.AsSpan(), out long elements, out long bytes))
        {
            throw new SutiException($"tensor '{CheckpointException.Printable(name)}'",
                "dimensions must be non-negative and countable in 63 bits of bytes",
                found: $"{type.FormatName()} {ShapeText}");
        }
        ElementCount = elements;
        ByteCount = bytes;
    }

    public string Name { get; }

    public SafetensorsType Type { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Bytes of the tensor, little-endian and row by row, as a source hands them out.</summary>
    public long ByteCount { get; }

    public long ElementCount { get; }

    /// <summary>The shape as <c>[5, 7]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    public override string ToString() => $"{Name} {Type.FormatName()} {ShapeText}";
}
