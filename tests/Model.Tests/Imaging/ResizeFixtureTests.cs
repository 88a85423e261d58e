using System.Runtime.InteropServices;
using System.Text.Json;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

/// <summary>Resizing against Pillow's results: the same bytes.</summary>
[TestFixture, Category("Fixtures")]
public class ResizeFixtureTests
{
    static IEnumerable<TestCaseData> Cases() => ExpectedPixels.Cases("image_resize");

    [Test]
    public void There_are_cases()
    {
        if (FixtureFolder.IsCopy)
            Assert.That(Cases(), Is.Not.Empty);
    }

    [TestCaseSource(nameof(Cases))]
    public void Results_are_those_of_Pillow(string folder, string name, JsonElement json)
    {
        var options = new CaseOptions(json);
        var image = ImageFile.Read(Path.Combine(folder, options.Text("source")));
        int width = options.Integer("width"), height = options.Integer("height");
        var filter = Enum.Parse<ResizeFilter>(options.Text("filter"), ignoreCase: true);
        ResizeBox? box = options.Numbers("box_left_top_right_bottom") is { } edges
            ? new((float)edges[0], (float)edges[1], (float)edges[2], (float)edges[3]) : null;
        if (options.Has("input"))
        {
            options.Only("input", "channel 0 / 255 * 2 - 1 as float32");
            float[] plane = new float[image.Width * image.Height];
            for (int i = 0; i < plane.Length; i++)
                plane[i] = (image.Bytes[i * image.Channels] / 255f * 2) - 1;
            float[] resized = FloatResampler.Resize(plane, image.Width, image.Height, 1, width, height, filter, box);
            byte[] expected = ExpectedPixels.Bytes(folder, name);
            var (largest, _) = ExpectedPixels.Difference<float>(
                resized, MemoryMarshal.Cast<byte, float>(expected.AsSpan()));
            Assert.That(largest, Is.LessThanOrEqualTo(options.Number("tol_max_abs")));
        }
        else
        {
            var resized = image.ToRgb().Resize(width, height, filter, box);
            Assert.That(ExpectedPixels.Shape(folder, name), Is.EqualTo(new[] { resized.Height, resized.Width, 3 }));
            // The published bound is 1; ours is the same arithmetic.
            Assert.That(ExpectedPixels.Difference<byte>(resized.Bytes, ExpectedPixels.Bytes(folder, name)).Largest,
                Is.Zero);
        }
        Assert.That(options.Unread, Is.Empty);
    }
}
