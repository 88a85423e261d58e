using SuTI.Engine.Layers;

namespace SuTI.Engine.IO;

/// <summary>Tensors of a source as they are written to safetensors: piece by piece, in their type or another.</summary>
public static class WeightCopy
{
    const int Piece = 1 << 20;

    /// <param name="source">Must be open until they have been written.</param>
    /// <param name="type">Of what is floating-point; by default each keeps its own.</param>
    /// <exception cref="DTypeException">Not a floating-point type.</exception>
    public static IReadOnlyList<SafetensorsTensor> Tensors(IWeightSource source, DType? type = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (type is { } wanted && !wanted.IsFloatingPoint())
            throw new DTypeException("convert", "weights are converted to a floating-point type",
                "f32, f64, f16 or bf16",
                wanted.Label());
        return [.. source.Entries.Select(entry =>
        {
            var from = CheckpointTypes.OfFile(entry.Type);
            var to = from is null ? null : type ?? from;
            return new SafetensorsTensor(entry.Name, to is { } known ? CheckpointTypes.InFile(known) : entry.Type,
                entry.Shape.AsSpan(), stream => Write(source, entry, from, to, stream));
        })];
    }

    static void Write(IWeightSource source, WeightEntry entry, DType? from, DType? to, Stream stream)
    {
        byte[] piece = new byte[(int)Math.Min(Piece, entry.ByteCount)];
        byte[] converted = from == to ? [] : new byte[piece.Length / from!.Value.Size() * to!.Value.Size()];
        for (long at = 0; at < entry.ByteCount; at += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, entry.ByteCount - at));
            source.ReadInto(entry.Name, at, part);
            if (from != to)
            {
                var result = converted.AsSpan(0, part.Length / from!.Value.Size() * to!.Value.Size());
                WeightLoader.Convert(from.Value, to.Value, part, result);
                part = result;
            }
            stream.Write(part);
        }
    }
}
