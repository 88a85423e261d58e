using System.Runtime.InteropServices;
using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>
/// A picture in the host's memory: rows from top to bottom, pixels from left to right, channels beside each other,
/// without gaps. 1 channel is grey, 2 are grey and alpha, 3 are RGB, 4 are RGB and alpha; alpha is not premultiplied.
/// </summary>
/// <remarks>Samples are sRGB as the file holds them: no gamma and no colour profile is applied.</remarks>
public sealed class Image
{
    readonly byte[] _bytes;

    /// <summary>A black picture; with alpha, one that is wholly transparent.</summary>
    /// <param name="depth">Bits of a sample: 8 or 16.</param>
    /// <exception cref="ImageException">No pixel, or more bytes than an array holds.</exception>
    public Image(int width, int height, int channels, int depth = 8)
        : this(width, height, channels, depth, new byte[ByteCount(width, height, channels, depth)])
    {
    }

    /// <summary>A picture of 8-bit samples, which it takes over without a copy.</summary>
    /// <param name="samples">width · height · channels bytes.</param>
    /// <exception cref="ImageException">The number of samples is another.</exception>
    public Image(int width, int height, int channels, byte[] samples)
        : this(width, height, channels, 8, samples)
    {
    }

    Image(int width, int height, int channels, int depth, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        int expected = ByteCount(width, height, channels, depth);
        if (bytes.Length != expected)
            throw new ImageException("image", "the samples do not fill the picture",
                Invariant($"{expected} bytes for {width}x{height}x{channels}"),
                Invariant($"{bytes.Length}"));
        (Width, Height, Channels, Depth, _bytes) = (width, height, channels, depth, bytes);
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    /// <summary>Bits of a sample: 8 or 16.</summary>
    public int Depth { get; }

    public bool HasAlpha => Channels is 2 or 4;

    /// <summary>
    /// What the reader left out or changed, in words: a colour profile ignored, an orientation applied.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The texts of the file it came from.</summary>
    public IReadOnlyList<ImageText> Texts { get; init; } = [];

    /// <summary>
    /// All bytes: Height rows of <see cref="Stride"/> bytes; samples of 16 bits in the machine's order.
    /// </summary>
    public Span<byte> Bytes => _bytes;

    /// <summary>Bytes of a row.</summary>
    public int Stride => Width * PixelBytes;

    internal int PixelBytes => Channels * Depth / 8;

    /// <summary>The bytes of a row, from the top.</summary>
    public Span<byte> Row(int y) => Bytes.Slice(y * Stride, Stride);

    /// <summary>The samples of a picture of 16 bits: height · width · channels.</summary>
    /// <exception cref="ImageException">The picture is one of 8 bits.</exception>
    public Span<ushort> Samples16() => Depth == 16 ? MemoryMarshal.Cast<byte, ushort>(Bytes)
        : throw new ImageException("image", "has no samples of 16 bits", null, ToString());

    public override string ToString() => Invariant($"{Width}x{Height}x{Channels}, {Depth} bits");

    /// <summary>A picture of other pixels with this one's notes and texts.</summary>
    internal Image Derive(int width, int height, int channels, int depth = 8)
        => new(width, height, channels, depth) { Notes = Notes, Texts = Texts };

    static int ByteCount(int width, int height, int channels, int depth)
    {
        if (width < 1 || height < 1 || channels is < 1 or > 4 || depth is not (8 or 16))
            throw new ImageException("image", "there is no such picture",
                "sides of at least 1, 1 to 4 channels, 8 or 16 bits",
                Invariant($"{width}x{height}x{channels}, {depth} bits"));
        Int128 bytes = (Int128)width * height * channels * (depth / 8);
        return bytes <= Array.MaxLength ? (int)bytes : throw new ImageException("image", "is too large",
            Invariant($"at most {Array.MaxLength} bytes"),
            Invariant($"{width}x{height}x{channels}, {depth} bits"));
    }
}
