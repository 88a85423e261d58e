using SuTI.Model.Diffusion;
using SuTI.Model.Folders;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests;

/// <summary>The README's lines about a model compile, run, and are what this file holds.</summary>
public class ReadmeTests : LeakCheck
{
    [Test]
    public void A_model_in_four_lines()
    {
        using var temporary = new TemporaryFolder();
        string folder = FixtureFolder.Find("pipeline_sd_").First(), file = temporary.File("fox.png");
        Run(folder, file);
        Assert.That(ImageFile.Read(file).Channels, Is.EqualTo(3));

        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "SuTI.sln")))
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        string here = Path.Combine(root, "tests", "Model.Tests", "ReadmeTests.cs");
        string[] shown = [.. Between(Path.Combine(root, "README.md"), "## A model in four lines", "## Where things are")
            .SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```")];
        string[] run = [.. Between(here, "// The lines of the README begin here.", "// The lines of the README end here.")
            .Select(line => line.Trim().Replace("(folder)", "(\"stable-diffusion-v1-5\")", StringComparison.Ordinal)
                .Replace("(file,", "(\"fox.png\",", StringComparison.Ordinal))];
        Assert.That(shown, Is.EqualTo(run));
    }

    static void Run(string folder, string file)
    {
        // The lines of the README begin here.
        using var scope = TensorScope.Open("pictures");
        using var model = StableDiffusionPipeline.Open(ModelFolder.Open(folder));
        var pixels = model.Generate(new(["a red fox in the snow"]) { Seeds = [7], Steps = 30 });   // (1, 512, 512, 3) of 0…1
        ImageFile.WritePng(file, pixels.ToImage(PixelRange.ZeroToOne));
        // The lines of the README end here.
    }

    static IEnumerable<string> Between(string file, string first, string last)
        => File.ReadLines(file).SkipWhile(line => line.Trim() != first).Skip(1).TakeWhile(line => line.Trim() != last);
}
