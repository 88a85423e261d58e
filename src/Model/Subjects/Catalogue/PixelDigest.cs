using System.Buffers.Binary;
using System.Security.Cryptography;
using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>Tells pictures apart by what they show, whatever file they come from.</summary>
public static class PixelDigest
{
    /// <summary>SHA-256, in hexadecimal, over width, height and the pixels as 8-bit RGB, transparent ones in their own colours.</summary>
    public static string Of(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var rgb = image.ToEightBits().ToRgb();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(size, rgb.Width);
        BinaryPrimitives.WriteInt32LittleEndian(size[4..], rgb.Height);
        hash.AppendData(size);
        hash.AppendData(rgb.Bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
