using System.Security.Cryptography;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

/// <summary>Every photograph of a DreamBench folder; SUTI_DREAMBENCH says where one lies.</summary>
public class DreamBenchTests
{
    [Test]
    public void Every_photograph_is_read()
    {
        string? folder = Environment.GetEnvironmentVariable("SUTI_DREAMBENCH");
        if (string.IsNullOrEmpty(folder))
            Assert.Ignore("SUTI_DREAMBENCH names no folder of photographs");
        JpegLibrary.Require();
        string[] files = Directory.GetFiles(folder!, "*.jpg", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        Assert.That(files, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (string file in files)
            {
                Assert.That(() =>
                {
                    var image = ImageFile.Read(file).ToRgb();
                    TestContext.Out.WriteLine($"{Path.GetRelativePath(folder!, file)} {image.Width}x{image.Height} "
                        + $"{Convert.ToHexStringLower(SHA256.HashData(image.Bytes))} {string.Join("; ", image.Notes)}");
                }, Throws.Nothing, file);
            }
        });
    }
}
