using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SuTI.Model.Imaging.Png;

/// <summary>Writes pictures as PNG, each row with the filter whose differences are smallest in sum (12.7).</summary>
static class PngWriter
{
    // Data is cut into chunks, so that a reader need not hold all of it to check it.
    const int DataBytes = 1 << 16;

    /// <exception cref="ImageException">A text that PNG cannot hold.</exception>
    internal static void Write(Stream file, Image image, IReadOnlyList<ImageText> texts, string source)
    {
        var chunks = texts.Select(text => PngTexts.Chunk(text, source)).ToList();
        file.Write(ImageFormat.PngSignature);
        WriteChunk(file, "IHDR", Header(image));
        foreach (var (type, data) in chunks)
            WriteChunk(file, type, data);
        using var compressed = new MemoryStream();
        using (var data = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            WriteRows(data, image);
        var all = compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
        for (int begin = 0; begin < all.Length; begin += DataBytes)
            WriteChunk(file, "IDAT", all.Slice(begin, Math.Min(DataBytes, all.Length - begin)));
        WriteChunk(file, "IEND", []);
    }

    static byte[] Header(Image image)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        header[8] = (byte)image.Depth;
        header[9] = (byte)(image.Channels switch
        {
            1 => PngColour.Grey,
            2 => PngColour.GreyAlpha,
            3 => PngColour.Rgb,
            _ => PngColour.Rgba,
        });
        return header;
    }

    static void WriteChunk(Stream file, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4], name = stackalloc byte[4];
        Encoding.ASCII.GetBytes(type, name);
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(name);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Append(0, name), data));
        file.Write(number);
    }

    static void WriteRows(ZLibStream data, Image image)
    {
        byte[] row = new byte[image.Stride], above = new byte[image.Stride];
        byte[] best = new byte[1 + row.Length], candidate = new byte[1 + row.Length];
        for (int y = 0; y < image.Height; y++)
        {
            Store(image, y, row);
            long smallest = long.MaxValue;
            for (int filter = 0; filter < PngFilter.Count; filter++)
            {
                candidate[0] = (byte)filter;
                PngFilter.Apply(filter, row, above, image.PixelBytes, candidate.AsSpan(1));
                long sum = 0;
                foreach (byte difference in candidate.AsSpan(1))
                    sum += Math.Abs((int)(sbyte)difference);
                if (sum < smallest)
                    (smallest, best, candidate) = (sum, candidate, best);
            }
            data.Write(best);
            (row, above) = (above, row);
        }
    }

    // Samples of 16 bits have their high byte first.
    static void Store(Image image, int y, Span<byte> row)
    {
        if (image.Depth == 8)
        {
            image.Row(y).CopyTo(row);
            return;
        }
        int count = image.Width * image.Channels;
        var samples = image.Samples16().Slice(y * count, count);
        for (int i = 0; i < count; i++)
            BinaryPrimitives.WriteUInt16BigEndian(row[(2 * i)..], samples[i]);
    }
}
