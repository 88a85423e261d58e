using System.Text.Json;
using SuTI.Model.Imaging;
using SuTI.Model.Imaging.Jpeg;

namespace SuTI.Model.Tests.Imaging;

/// <summary>JPEG files against Pillow's pixels, within each file's bounds.</summary>
[TestFixture, Category("Fixtures")]
public class JpegFixtureTests
{
    static IEnumerable<TestCaseData> Cases() => ExpectedPixels.Cases("image_jpeg");

    [OneTimeSetUp]
    public void Library() => JpegLibrary.Require();

    [Test]
    public void There_are_cases()
    {
        if (FixtureFolder.IsCopy)
            Assert.That(Cases(), Is.Not.Empty);
    }

    [TestCaseSource(nameof(Cases))]
    public void Pixels_are_within_the_bounds(string folder, string name, JsonElement json)
    {
        var options = new CaseOptions(json);
        options.Describes("note", "info_nosmooth_max_abs", "info_nosmooth_mean_abs", "info_float_idct_mean_abs",
            "info_float_idct_max_abs");
        byte[] file = File.ReadAllBytes(Path.Combine(folder, name));
        var image = ImageFile.Decode(file, name);
        Assert.That(new[] { image.Width, image.Height }, Is.EqualTo(options.Integers("size_after_orientation")));
        Assert.That(image.Channels, Is.EqualTo(options.Text("pil_mode") == "L" ? 1 : 3));
        int orientation = options.Integer("orientation", 1);
        Assert.That(image.Notes.Any(note => note.Contains($"orientation {orientation}", StringComparison.Ordinal)),
            Is.EqualTo(orientation != 1));
        foreach (string key in ExpectedPixels.Keys(folder))
        {
            if (!key.StartsWith(name + "/", StringComparison.Ordinal))
                continue;
            var found = key == name + "/rgb" ? image.ToRgb() : key == name + "/cmyk" ? Inks(file, name)
                : throw new NotSupportedException(key);
            var (largest, mean) = ExpectedPixels.Difference<byte>(found.Bytes, ExpectedPixels.Bytes(folder, key));
            TestContext.Out.WriteLine($"{key}: largest {largest}, mean {mean}");
            Assert.That(largest, Is.LessThanOrEqualTo(options.Number("tol_max_abs")), key);
            Assert.That(mean, Is.LessThanOrEqualTo(options.Number("tol_mean_abs")), key);
        }
        Assert.That(options.Unread, Is.Empty);
    }

    // Pillow's inks are 0 where there is none; the file has them the other way round.
    static Image Inks(byte[] file, string name)
    {
        var inks = JpegReader.Decompress(file, name, ImageLimits.Default, out _);
        foreach (ref byte ink in inks.Bytes)
            ink = (byte)(255 - ink);
        return inks;
    }
}
