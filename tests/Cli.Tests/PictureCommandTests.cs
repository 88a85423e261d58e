using SuTI.Model.Imaging;

namespace SuTI.Cli.Tests;

/// <summary>txt2img, inspect and replay on the small models of the fixtures.</summary>
public class PictureCommandTests
{
    string _folder = "";

    static IEnumerable<string> Latent() => FixtureFolder.Find("pipeline_sd_");

    [SetUp]
    public void Folder() => _folder = Directory.CreateTempSubdirectory("suti").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(nameof(Latent))]
    public void Twenty_prompts_give_the_same_files_one_by_one_and_in_batches(string model)
    {
        string prompts = Path.Combine(_folder, "prompts.txt");
        File.WriteAllLines(prompts, Enumerable.Range(0, 20).Select(i => $"thing {i} in the snow"));
        Draw("alone", "1");
        Draw("seven", "7");
        Draw("all", "20");
        string[] names = [.. Directory.GetFiles(Path.Combine(_folder, "alone")).Select(Path.GetFileName).Order()!];
        Assert.That(names, Has.Length.EqualTo(20));
        foreach (string name in names)
        {
            byte[] alone = File.ReadAllBytes(Path.Combine(_folder, "alone", name));
            Assert.That(File.ReadAllBytes(Path.Combine(_folder, "seven", name)), Is.EqualTo(alone), name);
            Assert.That(File.ReadAllBytes(Path.Combine(_folder, "all", name)), Is.EqualTo(alone), name);
        }

        void Draw(string to, string batch) => Succeed("txt2img", "--model", model, "--prompts", prompts, "--negative", "blurred",
            "--steps", "3", "--seed", "40", "--batch", batch, "--out", Path.Combine(_folder, to));
    }

    [TestCaseSource(nameof(Latent))]
    public void A_picture_tells_how_it_was_made_and_is_made_again(string model)
    {
        string[] samplers = model == Latent().First()
            ? ["model", "ddpm", "ddim", "pndm", "euler", "euler-karras", "euler-ancestral", "dpmpp-2m", "dpmpp-2m-karras"] : ["model"];
        for (int i = 0; i < samplers.Length; i++)
        {
            Succeed("txt2img", "--model", model, "--prompt", "ein süßer Fuchs 狐", "--sampler", samplers[i], "--steps", "4", "--guidance", "3.5",
                "--seed", "18446744073709551615", "--out", _folder);
            string picture = Path.Combine(_folder, $"{i:0000}.png");
            var recipe = Shell.Lines(Succeed("inspect", picture, "--json"))[0]["suti"]!;
            Assert.That((string)recipe["prompt"]!, Is.EqualTo("ein süßer Fuchs 狐"));
            Assert.That((string)recipe["seed"]!, Is.EqualTo("18446744073709551615"));
            Assert.That((double)recipe["guidance"]!, Is.EqualTo(3.5));
            if (i > 0)
                Assert.That((string)recipe["sampler"]!, Is.EqualTo(samplers[i]));
            Assert.That(((string)recipe["model_sha256"]!).Length, Is.EqualTo(64));
            Assert.That(Succeed("replay", picture), Does.StartWith("identical"), samplers[i]);
        }
    }

    [Test]
    public void Stages_of_deepfloyd_follow_each_other()
    {
        string first = FixtureFolder.Find("pipeline_if_stage1").First(), second = FixtureFolder.Find("pipeline_if_sr").First();
        Succeed("txt2img", "--model", first, "--enlarger", second, "--prompt", "a fox", "--steps", "4", "--count", "2", "--out", _folder);
        string picture = Path.Combine(_folder, "0001.png");
        Assert.That(Succeed("inspect", picture), Does.Contain("enlarging model"));
        Assert.That(Succeed("replay", picture), Does.StartWith("identical"));
        Assert.That(Fail("txt2img", "--model", second, "--prompt", "a fox", "--out", _folder), Does.Contain("StableDiffusionPipeline or IFPipeline"));
    }

    [Test]
    public void A_changed_picture_is_told_from_its_original()
    {
        string model = Latent().First(), picture = Path.Combine(_folder, "0000.png");
        Succeed("txt2img", "--model", model, "--prompt", "a fox", "--steps", "2", "--out", _folder);
        // The same pixels under another seed: a picture that this recipe does not give.
        var image = ImageFile.Read(picture);
        ImageFile.WritePng(picture, image, [.. image.Texts.Select(text => text with
        {
            Text = text.Text.Replace("\"seed\":\"0\"", "\"seed\":\"7\"", StringComparison.Ordinal),
        })]);
        var (code, output, _) = Shell.Run(["replay", picture]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.StartWith("different: "));
        Assert.That(output, Does.Contain(" dB"));
    }

    [Test]
    public void Mistakes_are_told_before_anything_is_drawn()
    {
        string model = Latent().First();
        Assert.That(Fail("txt2img", "--model", Path.Combine(_folder, "none"), "--prompt", "x"), Does.Contain("a model is a folder"));
        Assert.That(Fail("txt2img", "--model", model, "--out", _folder), Does.Contain("--prompt or --prompts"));
        Assert.That(Fail("txt2img", "--model", model, "--prompt", "x", "--sampler", "best", "--out", _folder), Does.Contain("dpmpp-2m-karras"));
        Assert.That(Fail("txt2img", "--model", model, "--prompt", "x", "--size", "65", "--out", _folder), Does.Contain("multiple of"));
        Assert.That(Fail("txt2img", "--model", model, "--prompt", "x", "--size", "big", "--out", _folder), Does.Contain("512 or 768x512"));
        Assert.That(Fail("txt2img", "--model", model, "--prompt", "x", "--precision", "bf16", "--out", _folder), Does.Contain("f32"));
        Assert.That(Fail("txt2img", "--model", model, "--prompt", "x", "--steps", "0", "--out", _folder), Does.Contain("steps"));
        Assert.That(Directory.GetFiles(_folder), Is.Empty);
        string plain = Path.Combine(FixtureFolder.Find("image_png").First(), "..");
        string png = Directory.EnumerateFiles(plain, "*.png", SearchOption.AllDirectories).First();
        Assert.That(Fail("replay", png), Does.Contain("does not say how it was made"));
    }

    [Test]
    public void A_prompt_that_is_cut_is_announced()
    {
        var (code, _, error) = Shell.Run(["txt2img", "--model", Latent().First(), "--prompt", string.Join(' ', Enumerable.Repeat("fox", 200)),
            "--steps", "1", "--out", _folder]);
        Assert.That(code, Is.Zero);
        Assert.That(error, Does.Contain("the prompt is cut"));
    }

    static string Succeed(params string[] line)
    {
        var (code, output, error) = Shell.Run(line);
        Assert.That(code, Is.Zero, error);
        return output;
    }

    static string Fail(params string[] line)
    {
        var (code, _, error) = Shell.Run(line);
        Assert.That(code, Is.EqualTo(1), error);
        return error;
    }
}
