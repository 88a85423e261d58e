using SuTI.Engine;
using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>Pictures to tensors and back.</summary>
public static class ImageTensors
{
    /// <summary>(1, height, width, 3), f32; alpha is dropped, see <see cref="ImageColours.ToRgb"/>.</summary>
    /// <param name="device">By default the processor.</param>
    public static Tensor ToTensor(this Image image, PixelRange range, Device? device = null)
        => ((IReadOnlyList<Image>)[image]).ToTensor(range, device);

    /// <summary>(N, height, width, 3), f32.</summary>
    /// <exception cref="ImageException">No picture, or pictures of different sizes.</exception>
    public static Tensor ToTensor(this IReadOnlyList<Image> images, PixelRange range, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        return range == PixelRange.ZeroToOne ? Build(images, [0, 0, 0], [1, 1, 1], 1, device)
            : Build(images, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], 1, device);
    }

    /// <summary>The pictures of a tensor, values beyond the range clamped, rounded to 8 bits.</summary>
    /// <param name="images">(N, height, width, channels) with 1 to 4 channels, of any floating-point type.</param>
    /// <exception cref="ImageException">Another shape or type, or a value that is no number.</exception>
    public static IReadOnlyList<Image> ToImages(this Tensor images, PixelRange range)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Shape.Rank != 4 || images.Shape[3] is < 1 or > 4 || !images.DType.IsFloatingPoint())
            throw new ImageException("to images", "the tensor holds no pictures",
                "(N, height, width, channels) of numbers, with 1 to 4 channels", images.ToString());
        float[] values = Values(images);
        int height = images.Shape[1], width = images.Shape[2], channels = images.Shape[3];
        int count = images.Shape[0], size = height * width * channels;
        var (scale, shift) = range == PixelRange.ZeroToOne ? (255f, 0f) : (127.5f, 127.5f);
        var result = new List<Image>(count);
        for (int n = 0; n < count; n++)
        {
            byte[] samples = new byte[size];
            for (int i = 0; i < size; i++)
            {
                float value = values[(n * size) + i];
                if (float.IsNaN(value))
                    throw new ImageException("to images", "a value is no number", "numbers only",
                        Invariant($"NaN in picture {n} at ({i / channels % width}, {i / channels / width})"));
                samples[i] = (byte)MathF.Round(Math.Clamp((value * scale) + shift, 0, 255));
            }
            result.Add(new(width, height, channels, samples));
        }
        return result;
    }

    /// <summary>The one picture of a tensor.</summary>
    /// <exception cref="ImageException">More than one or none.</exception>
    /// <inheritdoc cref="ToImages"/>
    public static Image ToImage(this Tensor images, PixelRange range)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.Shape.Rank == 4 && images.Shape[0] != 1
            ? throw new ImageException("to image", "the tensor holds another number of pictures", "1",
                images.ToString())
            : images.ToImages(range)[0];
    }

    /// <summary>(N, height, width, 3): (sample · scale / largest sample - mean) / deviation.</summary>
    internal static Tensor Build(IReadOnlyList<Image> images, IReadOnlyList<double> mean,
        IReadOnlyList<double> deviation, double scale, Device? device)
    {
        if (images.Count == 0)
            throw new ImageException("to tensor", "there is no picture", "at least one", "none");
        int width = images[0].Width, height = images[0].Height, size = checked(3 * width * height);
        float[] values = new float[checked(images.Count * size)];
        for (int n = 0; n < images.Count; n++)
        {
            if (images[n].Width != width || images[n].Height != height)
                throw new ImageException("to tensor", "pictures of one batch have one size", $"{width}x{height}",
                    $"{images[n].Width}x{images[n].Height}");
            Write(images[n].ToRgb(), mean, deviation, scale, values.AsSpan(n * size, size));
        }
        return Tensor.From(values, [images.Count, height, width, 3], device);
    }

    static void Write(
        Image image, IReadOnlyList<double> mean, IReadOnlyList<double> deviation, double scale, Span<float> values)
    {
        Span<double> factors = stackalloc double[3], offsets = stackalloc double[3];
        for (int c = 0; c < 3; c++)
        {
            factors[c] = scale / (image.Depth == 8 ? 255 : 65535) / deviation[c];
            offsets[c] = mean[c] / deviation[c];
        }
        var deep = image.Depth == 16 ? image.Samples16() : [];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(((image.Depth == 16 ? deep[i] : image.Bytes[i]) * factors[i % 3]) - offsets[i % 3]);
    }

    static float[] Values(Tensor images)
    {
        using var scope = TensorScope.Open("to images");
        using var noGradient = GradientMode.Disable();
        return images.To(Device.Cpu).Cast(DType.Float32).ToArray<float>();
    }
}
