using SuTI.Model.Evaluation;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Evaluation;

/// <summary>
/// A stand-in for CLIP that a test can compute by hand: a picture is the direction of its mean colour (red, green, blue), a text that
/// of the colours it names. It counts what it is asked.
/// </summary>
sealed class ColourEmbedder : IImageEmbedder, ITextEmbedder
{
    internal int Pictures { get; private set; }

    internal int Texts { get; private set; }

    public string Digest { get; init; } = "colours";

    public int Width => 3;

    public Image Prepare(Image image) => image.ToRgb().Resize(1, 1, ResizeFilter.Box);

    public float[][] EmbedPrepared(IReadOnlyList<Image> prepared)
    {
        Pictures += prepared.Count;
        return [.. prepared.Select(image => Unit(image.Bytes[0], image.Bytes[1], image.Bytes[2]))];
    }

    public float[][] EmbedTexts(IReadOnlyList<string> texts)
    {
        Texts += texts.Count;
        return [.. texts.Select(text => Unit(Has(text, "red"), Has(text, "green"), Has(text, "blue")))];
    }

    static float[] Unit(float red, float green, float blue)
    {
        float length = MathF.Sqrt((red * red) + (green * green) + (blue * blue));
        return length == 0 ? [1, 0, 0] : [red / length, green / length, blue / length];
    }

    static float Has(string text, string word) => text.Contains(word, StringComparison.Ordinal) ? 1 : 0;
}
