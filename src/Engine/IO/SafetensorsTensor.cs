using System.Collections.Immutable;

namespace SuTI.Engine.IO;

/// <summary>A tensor to be written: what its entry says and where its bytes come from.</summary>
public sealed class SafetensorsTensor
{
    readonly Action<Stream> _write;

    /// <param name="name">Its path in the checkpoint.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    /// <param name="write">
    /// Writes exactly <see cref="ByteCount"/> bytes, little-endian, row by row; called once, while the file is written.
    /// </param>
    /// <exception cref="SutiException">A dimension is negative, or the bytes reach 2⁶³.</exception>
    public SafetensorsTensor(string name, SafetensorsType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(write);
        Name = name;
        Type = type;
        Shape = [.. shape];
        _write = write;
        if (!type.TryCount(shape, out _, out long bytes))
        {
            throw new SutiException($"tensor '{CheckpointException.Printable(name)}'",
                "dimensions must be non-negative and countable in 63 bits of bytes",
                found: $"{type.FormatName()} [{string.Join(", ", Shape)}]");
        }
        ByteCount = bytes;
    }

    /// <summary>A tensor whose bytes are already in memory.</summary>
    /// <exception cref="SutiException">The shape does not take <paramref name="data"/>'s bytes.</exception>
    public SafetensorsTensor(
        string name, SafetensorsType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data)
        : this(name, type, shape, stream => stream.Write(data.Span))
    {
        if (data.Length != ByteCount)
        {
            throw new SutiException($"tensor '{CheckpointException.Printable(name)}'",
                "the data must fill the shape",
                $"{ByteCount} bytes for {type.FormatName()} [{string.Join(", ", Shape)}]",
                $"{data.Length}");
        }
    }

    public string Name { get; }

    public SafetensorsType Type { get; }

    public ImmutableArray<long> Shape { get; }

    public long ByteCount { get; }

    internal void WriteTo(Stream stream) => _write(stream);
}
