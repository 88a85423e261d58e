using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Imaging.Jpeg;
using SuTI.Model.Imaging.Png;
using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>Pictures in files. The format is told by the content; names do not matter.</summary>
public static class ImageFile
{
    /// <summary>Reads a PNG or JPEG file, turned upright as its EXIF data says.</summary>
    /// <param name="limits">By default <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="ImageException">No such file, another format, damaged, or beyond a limit.</exception>
    public static Image Read(string path, ImageLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        limits ??= ImageLimits.Default;
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > limits.FileBytes)
                throw TooLong(path, limits, file.Length);
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return Decode(bytes, path, limits);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ImageException(path, "cannot be read", null, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Reads a picture from the bytes of its file.</summary>
    /// <param name="source">What messages call it.</param>
    /// <inheritdoc cref="Read"/>
    public static Image Decode(ReadOnlyMemory<byte> bytes, string source, ImageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= ImageLimits.Default;
        if (bytes.Length > limits.FileBytes)
            throw TooLong(source, limits, bytes.Length);
        if (ImageFormat.IsPng(bytes.Span))
            return PngReader.Read(bytes, source, limits);
        if (ImageFormat.IsJpeg(bytes.Span))
            return JpegReader.Read(bytes, source, limits);
        throw ImageFormat.Refusal(source, bytes.Span);
    }

    /// <summary>Writes a PNG file as a whole: at any moment the name has the old content or the new.</summary>
    /// <param name="texts">What travels along; by default the picture's own texts.</param>
    /// <exception cref="ImageException">A text that PNG cannot hold.</exception>
    /// <exception cref="CheckpointException">The file system refused a step; the old file stays.</exception>
    public static void WritePng(string path, Image image, IReadOnlyList<ImageText>? texts = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        AtomicFile.Write(path, file => PngWriter.Write(file, image, texts ?? image.Texts, path));
    }

    /// <summary>The bytes of a PNG file.</summary>
    /// <inheritdoc cref="WritePng"/>
    public static byte[] EncodePng(Image image, IReadOnlyList<ImageText>? texts = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var file = new MemoryStream();
        PngWriter.Write(file, image, texts ?? image.Texts, "png");
        return file.ToArray();
    }

    static ImageException TooLong(string source, ImageLimits limits, long length)
        => new(source, "is too large for a picture", Invariant($"at most {limits.FileBytes} bytes"),
            Invariant($"{length}"));
}
