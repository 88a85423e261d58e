using System.Buffers.Binary;
using System.Text;
using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

/// <summary>Files put together by hand, so that they may break any rule.</summary>
static class SafetensorsBytes
{
    /// <summary>A file of a header and <paramref name="dataLength"/> bytes 0, 1, 2, ….</summary>
    public static byte[] File(string header, int dataLength = 0) => File(Encoding.UTF8.GetBytes(header), dataLength);

    public static byte[] File(byte[] header, int dataLength = 0)
    {
        byte[] file = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        for (int i = 0; i < dataLength; i++)
            file[8 + header.Length + i] = (byte)i;
        return file;
    }

    public static SafetensorsHeader Parse(byte[] file, int window = JsonTokens.FirstWindow) =>
        SafetensorsHeader.Read(new MemoryStream(file), file.Length, "f", window);

    public static SafetensorsException Refusal(byte[] file) =>
        Assert.Throws<SafetensorsException>(() => Parse(file))!;
}
