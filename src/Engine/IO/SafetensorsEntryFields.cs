using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace SuTI.Engine.IO;

/// <summary>The three fields of one tensor's entry while they are read.</summary>
ref struct SafetensorsEntryFields(string file, string name)
{
    SafetensorsType? _type;
    ImmutableArray<long>? _shape;
    (long Begin, long End)? _offsets;

    /// <summary>Reads the field whose name is the current token.</summary>
    public void ParseField(ref JsonTokens tokens)
    {
        // Field names are compared as written: no published writer escapes them, and a reader that
        // resolved escapes would see other files than one that does not.
        ReadOnlySpan<byte> field = tokens.Raw;
        if (field.SequenceEqual("dtype"u8))
        {
            RefuseTwice(_type.HasValue, "dtype");
            tokens.Read();
            _type = ParseType(ref tokens);
        }
        else if (field.SequenceEqual("shape"u8))
        {
            RefuseTwice(_shape.HasValue, "shape");
            tokens.Read();
            _shape = ParseShape(ref tokens);
        }
        else if (field.SequenceEqual("data_offsets"u8))
        {
            RefuseTwice(_offsets.HasValue, "data_offsets");
            tokens.Read();
            _offsets = ParseOffsets(ref tokens);
        }
        else
        {
            throw Broken(SafetensorsRule.UnknownField, "the entry must have its three fields alone",
                "dtype, shape, data_offsets", $"'{Excerpt(field)}'");
        }
    }

    /// <summary>The entry, checked in itself and against <paramref name="dataLength"/>.</summary>
    public readonly SafetensorsEntry ToEntry(long dataLength)
    {
        SafetensorsType type = _type ?? throw Missing("dtype");
        ImmutableArray<long> shape = _shape ?? throw Missing("shape");
        (long begin, long end) = _offsets ?? throw Missing("data_offsets");
        if (!type.TryCount(shape.AsSpan(), out _, out long bytes))
        {
            throw Broken(SafetensorsRule.SizeOverflow, "the shape must be countable in 63 bits of bytes",
                found: $"{type.FormatName()} [{string.Join(", ", shape)}]");
        }
        if (begin > end)
        {
            throw Broken(SafetensorsRule.OffsetsInverted, "data_offsets must not end before they begin",
                found: $"[{begin}, {end}]");
        }
        if (end > dataLength)
        {
            throw Broken(SafetensorsRule.OffsetsBeyondData, "data_offsets must lie within the file's data",
                $"an end of at most {dataLength}", $"{end}");
        }
        if (end - begin != bytes)
        {
            throw Broken(SafetensorsRule.SizeMismatch, "data_offsets must span what dtype and shape take",
                $"{bytes} bytes for {type.FormatName()} [{string.Join(", ", shape)}]", $"{end - begin}");
        }
        return new SafetensorsEntry(name, type, shape, begin, end);
    }

    readonly SafetensorsType ParseType(ref JsonTokens tokens)
    {
        if (tokens.Type is JsonTokenType.String && SafetensorsTypes.TryParse(tokens.Raw, out SafetensorsType type))
            return type;
        throw Broken(SafetensorsRule.UnknownDType, "dtype must be one this reader knows",
            string.Join(", ", SafetensorsTypes.All.Select(SafetensorsTypes.FormatName)),
            tokens.Type is JsonTokenType.String
                ? $"'{Excerpt(tokens.Raw)}'"
                : SafetensorsHeaderParser.Kind(tokens.Type));
    }

    readonly ImmutableArray<long> ParseShape(ref JsonTokens tokens)
    {
        if (tokens.Type is not JsonTokenType.StartArray)
            throw NotIntegers(ref tokens, SafetensorsRule.ShapeNotIntegers, "shape");
        Span<long> shape = stackalloc long[SafetensorsLimits.Rank];
        int rank = 0;
        while (tokens.Read() && tokens.Type is not JsonTokenType.EndArray)
        {
            if (!tokens.TryPlainInteger(out long dimension))
                throw NotIntegers(ref tokens, SafetensorsRule.ShapeNotIntegers, "shape");
            if (rank == shape.Length)
            {
                throw Broken(SafetensorsRule.RankTooHigh, "the rank must keep to its limit",
                    $"at most {SafetensorsLimits.Rank} dimensions", "more");
            }
            shape[rank++] = dimension;
        }
        return ImmutableArray.Create(shape[..rank]);
    }

    readonly (long Begin, long End) ParseOffsets(ref JsonTokens tokens)
    {
        const SafetensorsRule rule = SafetensorsRule.OffsetsNotIntegers;
        if (tokens.Type is not JsonTokenType.StartArray)
            throw NotIntegers(ref tokens, rule, "data_offsets");
        tokens.Read();
        if (!tokens.TryPlainInteger(out long begin))
            throw NotIntegers(ref tokens, rule, "data_offsets");
        tokens.Read();
        if (!tokens.TryPlainInteger(out long end))
            throw NotIntegers(ref tokens, rule, "data_offsets");
        tokens.Read();
        if (tokens.Type is not JsonTokenType.EndArray)
            throw Broken(rule, "data_offsets must be two integers", found: "more");
        return (begin, end);
    }

    readonly SafetensorsException NotIntegers(ref JsonTokens tokens, SafetensorsRule rule, string field) =>
        Broken(rule, $"{field} must be an array of plain non-negative integers below 2^63", found:
            tokens.Type is JsonTokenType.Number ? Excerpt(tokens.Raw) : SafetensorsHeaderParser.Kind(tokens.Type));

    readonly void RefuseTwice(bool seen, string field)
    {
        if (seen)
            throw Broken(SafetensorsRule.DuplicateField, "no field may occur twice", found: field);
    }

    readonly SafetensorsException Missing(string field) =>
        Broken(SafetensorsRule.MissingField, "the entry must have its three fields", field, "none");

    readonly SafetensorsException Broken(
        SafetensorsRule rule, string text, string? expected = null, string? found = null) =>
        new(file, rule, text, expected, found, name);

    static string Excerpt(ReadOnlySpan<byte> raw) =>
        CheckpointException.Printable(Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, 40)]));
}
