using System.Runtime.InteropServices;
using System.Text.Json;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

/// <summary>PNG files against the pixels that they are known to hold.</summary>
[TestFixture, Category("Fixtures")]
public class PngFixtureTests
{
    static IEnumerable<TestCaseData> Files() => ExpectedPixels.Cases("image_png")
        .Where(@case => !IsSuite((string)@case.Arguments[0]!));

    static IEnumerable<TestCaseData> Suite(bool isCorrupt)
        => from folder in FixtureFolder.Find("image_pngsuite")
           from file in Directory.GetFiles(Path.Combine(folder, "png"), "*.png").Order(StringComparer.Ordinal)
           where Path.GetFileName(file).StartsWith('x') == isCorrupt
           select new TestCaseData(folder, file).SetArgDisplayNames(Path.GetFileName(folder), Path.GetFileName(file));

    static IEnumerable<TestCaseData> ValidFiles() => Suite(isCorrupt: false);

    static IEnumerable<TestCaseData> CorruptFiles() => Suite(isCorrupt: true);

    static bool IsSuite(string folder)
        => Path.GetFileName(folder).StartsWith("image_pngsuite", StringComparison.Ordinal);

    [Test]
    public void Every_kind_has_files()
    {
        if (FixtureFolder.IsCopy)
            Assert.That((Files().Count(), ValidFiles().Count(), CorruptFiles().Count()), Is.EqualTo((27, 161, 14)));
    }

    [TestCaseSource(nameof(Files))]
    public void Pixels_are_exact(string folder, string name, JsonElement options)
    {
        var image = ImageFile.Read(Path.Combine(folder, name));
        int[] size = options.GetProperty("size").Deserialize<int[]>()!;
        Assert.That((image.Width, image.Height), Is.EqualTo((size[0], size[1])));
        AssertSame(image.ToEightBits().ToRgba().Bytes, ExpectedPixels.Bytes(folder, name + "/rgba"), 0);
        if (ExpectedPixels.Keys(folder).Contains(name + "/raw16"))
        {
            byte[] raw = ExpectedPixels.Bytes(folder, name + "/raw16");
            AssertSame<ushort>(image.Samples16(), MemoryMarshal.Cast<byte, ushort>(raw.AsSpan()), 0);
        }
    }

    [TestCaseSource(nameof(ValidFiles))]
    public void Suite_is_exact(string folder, string file)
    {
        var image = ImageFile.Read(file);
        string key = Path.GetFileNameWithoutExtension(file);
        Assert.That(ExpectedPixels.Shape(folder, key), Is.EqualTo(new[] { image.Height, image.Width, 4 }));
        // The high byte of 16 bits is at most 1 below the rounded quotient by 257 that is expected here.
        AssertSame(image.ToEightBits().ToRgba().Bytes, ExpectedPixels.Bytes(folder, key), image.Depth == 16 ? 1 : 0);
    }

    [TestCaseSource(nameof(ValidFiles))]
    public void What_is_written_is_read_again(string folder, string file)
    {
        var image = ImageFile.Read(file);
        var again = ImageFile.Decode(ImageFile.EncodePng(image), file);
        Assert.That((again.Width, again.Height, again.Channels, again.Depth),
            Is.EqualTo((image.Width, image.Height, image.Channels, image.Depth)), folder);
        Assert.That(again.Bytes.SequenceEqual(image.Bytes));
        Assert.That(again.Texts, Is.EqualTo(image.Texts));
    }

    [TestCaseSource(nameof(CorruptFiles))]
    public void Corrupt_files_are_refused_with_the_reason(string folder, string file)
    {
        var failure = Assert.Throws<ImageException>(() => ImageFile.Read(file), folder)!;
        TestContext.Out.WriteLine(failure.Message);
        Assert.That(failure.Message, Does.Contain(Path.GetFileName(file)));
        string reason = Path.GetFileName(file)[..3] switch
        {
            "xc1" or "xc9" => "colour type is not known",
            "xcs" => "the chunk IDAT is damaged",
            "xhd" => "the chunk IHDR is damaged",
            "xd0" or "xd3" or "xd9" => "bit depth does not go with colour type",
            "xdt" => "holds no pixels",
            _ => "signature of a PNG file is damaged",
        };
        Assert.That(failure.Message, Does.Contain(reason));
    }

    static void AssertSame<T>(ReadOnlySpan<T> found, ReadOnlySpan<T> expected, double bound)
        where T : unmanaged, System.Numerics.INumber<T>
        => Assert.That(ExpectedPixels.Difference(found, expected).Largest, Is.LessThanOrEqualTo(bound));
}
