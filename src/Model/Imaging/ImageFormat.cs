namespace SuTI.Model.Imaging;

/// <summary>The formats of pictures, told by a file's first bytes and never by its name.</summary>
static class ImageFormat
{
    internal static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    internal static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(PngSignature);

    internal static bool IsJpeg(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]);

    /// <summary>Why a file of another format is refused.</summary>
    internal static ImageException Refusal(string source, ReadOnlySpan<byte> file)
    {
        const string Expected = "a PNG or JPEG file";
        if (file.IsEmpty)
            return new(source, "is empty", Expected);
        if (IsDamagedPng(file))
            return new(source, "the signature of a PNG file is damaged; transfers in text mode do that", null,
                Convert.ToHexStringLower(file[..8]));
        if (Name(file) is { } name)
            return new(source, "pictures of this format are not read; convert it first", Expected, name);
        return new(source, "is no picture of a known format", Expected,
            $"first bytes {Convert.ToHexStringLower(file[..Math.Min(8, file.Length)])}");
    }

    static bool IsDamagedPng(ReadOnlySpan<byte> file)
    {
        if (file.Length < 8)
            return false;
        int same = 0;
        for (int i = 0; i < 8; i++)
            same += file[i] == PngSignature[i] ? 1 : 0;
        return same >= 5 || file[1..].StartsWith("PNG"u8);
    }

    static string? Name(ReadOnlySpan<byte> file)
    {
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8))
            return "WebP";
        if (file.Length >= 12 && file[4..].StartsWith("ftyp"u8))
        {
            var brand = file[8..];
            return brand.StartsWith("avi"u8) ? "AVIF"
                : brand.StartsWith("he"u8) || brand.StartsWith("mif1"u8) ? "HEIF" : "an ISO media file";
        }
        foreach (var (start, name) in s_starts)
        {
            if (file.StartsWith(start))
                return name;
        }
        return null;
    }

    static readonly (byte[] Start, string Name)[] s_starts =
    [
        ("GIF8"u8.ToArray(), "GIF"),
        ("BM"u8.ToArray(), "BMP"),
        ("II*\0"u8.ToArray(), "TIFF"),
        ("MM\0*"u8.ToArray(), "TIFF"),
        ([0xff, 0x0a], "JPEG XL"),
        ([0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' '], "JPEG XL"),
        ([0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '], "JPEG 2000"),
        ([0xff, 0x4f, 0xff, 0x51], "JPEG 2000"),
        ([0, 0, 1, 0], "an icon (ICO)"),
        ("8BPS"u8.ToArray(), "Photoshop"),
        ("qoif"u8.ToArray(), "QOI"),
        ("%PDF"u8.ToArray(), "PDF"),
        ("<svg"u8.ToArray(), "SVG"),
        ("<?xml"u8.ToArray(), "XML, perhaps SVG"),
        ("P1\n"u8.ToArray(), "PNM"), ("P2\n"u8.ToArray(), "PNM"), ("P3\n"u8.ToArray(), "PNM"),
        ("P4\n"u8.ToArray(), "PNM"), ("P5\n"u8.ToArray(), "PNM"), ("P6\n"u8.ToArray(), "PNM"),
        ([0x8a, (byte)'M', (byte)'N', (byte)'G'], "MNG"),
        ("gimp xcf"u8.ToArray(), "XCF"),
        ([0x76, 0x2f, 0x31, 0x01], "OpenEXR"),
        ("#?RADIANCE"u8.ToArray(), "Radiance HDR"),
    ];
}
