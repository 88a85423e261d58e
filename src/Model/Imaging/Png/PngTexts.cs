using System.IO.Compression;
using System.Text;
using SuTI.Engine;
using static System.FormattableString;

namespace SuTI.Model.Imaging.Png;

/// <summary>The chunks tEXt, zTXt and iTXt (11.3.3).</summary>
sealed class PngTexts(string source, ImageLimits limits)
{
    static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly List<ImageText> _texts = [];
    int _bytes;

    internal IReadOnlyList<ImageText> Read => _texts;

    internal static bool Is(string chunk) => chunk is "tEXt" or "zTXt" or "iTXt";

    /// <exception cref="ImageException">
    /// Too many texts, too long ones, or a chunk without the fields it must have.
    /// </exception>
    internal void Add(string chunk, ReadOnlyMemory<byte> data)
    {
        if (_texts.Count == limits.Texts)
            throw new ImageException(source, "has too many texts", Invariant($"at most {limits.Texts}"));
        string keyword = Encoding.Latin1.GetString(Field(ref data, chunk));
        if (keyword.Length is 0 or > 79)
            throw Broken(chunk, "a keyword of 1 to 79 characters", Invariant($"{keyword.Length}"));
        bool isCompressed = chunk == "zTXt";
        if (chunk != "tEXt")
        {
            int fields = isCompressed ? 1 : 2;
            if (data.Length < fields)
                throw Broken(chunk, "the method of compression", "nothing");
            isCompressed |= data.Span[0] == 1;
            if (data.Span[fields - 1] != 0 || (chunk == "iTXt" && data.Span[0] > 1))
                throw Broken(chunk, "the method of compression 0", Convert.ToHexStringLower(data.Span[..fields]));
            data = data[fields..];
        }
        if (chunk == "iTXt")
        {
            Field(ref data, chunk); // the language
            Field(ref data, chunk); // the keyword in that language
        }
        byte[] content = isCompressed ? Inflate(chunk, data) : Count(chunk, data.ToArray());
        try
        {
            _texts.Add(new(keyword, (chunk == "iTXt" ? s_strict : Encoding.Latin1).GetString(content)));
        }
        catch (DecoderFallbackException failure)
        {
            throw new ImageException(source, $"the chunk {chunk} is no valid UTF-8", null, null, failure);
        }
    }

    /// <summary>The chunk that holds a text: Latin-1 where that has all its characters, else UTF-8.</summary>
    /// <exception cref="ImageException">A keyword or text that PNG cannot hold.</exception>
    internal static (string Type, byte[] Data) Chunk(ImageText text, string source)
    {
        string keyword = text.Keyword;
        if (keyword.Length is 0 or > 79 || keyword.Any(c => c is < ' ' or > '~' and < '\u00a1' or > '\u00ff')
            || keyword != keyword.Trim(' ') || keyword.Contains("  ", StringComparison.Ordinal))
            throw new ImageException(source, "a text's keyword cannot be written",
                "1 to 79 printable Latin-1 characters, single blanks between words",
                $"'{CheckpointException.Printable(keyword)}'");
        if (text.Text.Contains('\0', StringComparison.Ordinal))
            throw new ImageException(source, $"the text '{keyword}' cannot be written", "no character 0");
        byte[] name = Encoding.Latin1.GetBytes(keyword);
        if (text.Text.All(c => c is '\n' or >= ' ' and <= '~' or >= '\u00a0' and <= '\u00ff'))
            return ("tEXt", [.. name, 0, .. Encoding.Latin1.GetBytes(text.Text)]);
        try
        {
            return ("iTXt", [.. name, 0, 0, 0, 0, 0, .. s_strict.GetBytes(text.Text)]);
        }
        catch (EncoderFallbackException failure)
        {
            throw new ImageException(source, $"the text '{keyword}' cannot be written", "whole surrogate pairs", null,
                failure);
        }
    }

    ReadOnlySpan<byte> Field(ref ReadOnlyMemory<byte> data, string chunk)
    {
        int end = data.Span.IndexOf((byte)0);
        if (end < 0)
            throw Broken(chunk, "a field that a byte 0 closes", "none");
        var field = data.Span[..end];
        data = data[(end + 1)..];
        return field;
    }

    byte[] Inflate(string chunk, ReadOnlyMemory<byte> data)
    {
        try
        {
            using var inflated = new ZLibStream(new PngDataStream([data]), CompressionMode.Decompress);
            using var gathered = new MemoryStream();
            byte[] buffer = new byte[4096];
            for (int count; (count = inflated.Read(buffer)) > 0;)
            {
                gathered.Write(buffer, 0, count);
                if (gathered.Length > limits.TextBytes)
                    break;
            }
            return Count(chunk, gathered.ToArray());
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            throw new ImageException(source, $"the text of the chunk {chunk} cannot be decompressed", null,
                failure.Message, failure);
        }
    }

    byte[] Count(string chunk, byte[] content)
    {
        _bytes += content.Length;
        return _bytes <= limits.TextBytes ? content
            : throw Broken(chunk, Invariant($"at most {limits.TextBytes} bytes of text in all"), "more");
    }

    ImageException Broken(string chunk, string expected, string found)
        => new(source, $"the chunk {chunk} is malformed", expected, found);
}
