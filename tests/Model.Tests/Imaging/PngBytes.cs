using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SuTI.Model.Imaging.Png;

namespace SuTI.Model.Tests.Imaging;

/// <summary>PNG files put together chunk by chunk, right or wrong.</summary>
static class PngBytes
{
    public static byte[] Signature { get; } = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    public static byte[] End { get; } = Chunk("IEND", []);

    public static byte[] File(params byte[][] chunks) => [.. Signature, .. chunks.SelectMany(chunk => chunk)];

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data];
        return [.. Number((uint)data.Length), .. named, .. Number(Crc32.Append(0, named))];
    }

    public static byte[] Header(uint width, uint height, int depth = 8, int colour = 0, int interlace = 0)
        => Chunk("IHDR", [.. Number(width), .. Number(height), (byte)depth, (byte)colour, 0, 0, (byte)interlace]);

    public static byte[] Data(params byte[] rows) => Chunk("IDAT", Compress(rows));

    public static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var stream = new ZLibStream(compressed, CompressionLevel.Optimal))
            stream.Write(content);
        return compressed.ToArray();
    }

    public static byte[] Number(uint number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }
}
