namespace SuTI.Cli.Tests;

/// <summary>suti inspect and suti convert on models.</summary>
[Category("Fixtures")]
public class ModelCommandTests
{
    string _folder = "";

    [SetUp]
    public void Create() => _folder = Directory.CreateTempSubdirectory("suti-cli-").FullName;

    [TearDown]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Inspect_tells_the_networks_of_a_pipeline_and_their_memory()
    {
        string folder = FixtureFolder.Find("pipeline_").First();
        var (code, output, _) = Shell.Run(["inspect", folder, "--json"]);
        Assert.That(code, Is.Zero);
        var lines = Shell.Lines(output);
        var unet = lines.Single(line => (string?)line["part"] == "unet");
        long parameters = (long)unet["parameters"]!;
        Assert.That((string?)unet["class"], Is.EqualTo("UNet2DConditionModel"));
        Assert.That((string?)unet["architecture"], Does.Contain("levels"));
        Assert.That((long)unet["memory"]!["cpu f32"]!, Is.EqualTo(4 * parameters));
        Assert.That((long)unet["memory"]!["cuda bf16"]!, Is.EqualTo(2 * parameters));
        Assert.That(unet["problems"]!.AsArray(), Is.Empty);
        Assert.That((long)lines[^1]["parameters"]!, Is.GreaterThan(parameters));
        var (_, table, _) = Shell.Run(["inspect", folder]);
        Assert.That(table, Does.Contain("memory for the weights").And.Contain("not estimated"));
    }

    [Test]
    public void Convert_says_what_it_did_and_replaces_nothing_by_itself()
    {
        string folder = FixtureFolder.Find("pipeline_sd").First(), file = Path.Combine(_folder, "one.safetensors");
        var (code, output, error) = Shell.Run(["convert", folder, file, "--dtype", "bf16"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("Stable Diffusion").And.Contain("tensors").And.Contain($"wrote {file}"));
        Assert.That(Shell.Run(["convert", folder, file]).Code, Is.EqualTo(1));
        Assert.That(Shell.Run(["convert", folder, file]).Error, Does.Contain("--force"));
        string again = Path.Combine(_folder, "again");
        (code, output, error) = Shell.Run(["convert", file, again, "--tokenizer", Path.Combine(folder, "tokenizer"), "--json"]);
        Assert.That(code, Is.Zero, error);
        Assert.That((string?)Shell.Lines(output).Single()["target"], Is.EqualTo(again));
        Assert.That(Shell.Run(["inspect", again]).Output, Does.Contain("BF16").And.Not.Contain("will not load"));
    }

    [Test]
    public void Convert_takes_its_options_by_name()
    {
        string folder = FixtureFolder.Find("dino_").First(), library = Path.Combine(_folder, "vit");
        Assert.That(Shell.Run(["convert", folder, library, "--names", "library", "--shard", "100KB"]).Code, Is.Zero);
        Assert.That(File.Exists(Path.Combine(library, "model.safetensors.index.json")));
        Assert.That(Shell.Run(["convert", folder, library, "--force", "--shard", "1x"]).Error, Does.Contain("500MB"));
        Assert.That(Shell.Run(["convert", folder, library, "--force", "--dtype", "f8"]).Code, Is.EqualTo(1));
        Assert.That(Shell.Run(["convert", "--help"]).Output, Does.Contain("Example: suti convert"));
    }

    [Test]
    public void Inspect_reads_the_other_formats_of_weights()
    {
        string folder = FixtureFolder.Find("weight_formats").First();
        var (code, output, error) = Shell.Run(["inspect", Path.Combine(folder, "legacy.bin")]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("tensors").And.Contain("F32"));
    }
}
