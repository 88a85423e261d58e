using SuTI.Model.Imaging;

namespace SuTI.Cli.Tests;

/// <summary>generate, inspect and replay with a small apprentice that is made here.</summary>
public class GenerateCommandTests
{
    const string Config = """
        {"world": {"size": 16, "targets": 2, "demonstrations": 2},
          "model": {"text": {"width": 32, "layers": 1, "heads": 2}, "unet": {"channels": [32, 32], "head_width": 16, "conditioning": 32, "seam_channels": 4}},
          "training": {"steps": 2, "batch_size": 4, "sample_steps": 0, "probe_steps": 0}}
        """;

    const string EnlargerConfig = """
        {"world": {"size": 32}, "model": {"unet": {"channels": [32, 32], "patch": 4, "conditioning": 32}},
          "training": {"steps": 2, "batch_size": 4, "sample_steps": 0, "probe_steps": 0}}
        """;

    string _root = "", _model = "", _enlarger = "", _folder = "";

    [OneTimeSetUp]
    public void MakeModel()
    {
        _root = Directory.CreateTempSubdirectory("suti-tests-").FullName;
        _model = Make("apprentice", Config);
        _enlarger = Make("sr", EnlargerConfig);
    }

    string Make(string stage, string json)
    {
        string config = Path.Combine(_root, $"{stage}.json"), run = Path.Combine(_root, $"run-{stage}");
        File.WriteAllText(config, json);
        Succeed("train", stage, "--config", config, "--out", run);
        // Where a program finds the model that comes with it.
        string model = Path.Combine(_root, "models", "nano", stage);
        Directory.CreateDirectory(Path.GetDirectoryName(model)!);
        Directory.Move(Path.Combine(run, "model"), model);
        return model;
    }

    [OneTimeTearDown]
    public void DeleteModel() => Directory.Delete(_root, recursive: true);

    [SetUp]
    public void MakePhotographs()
    {
        _folder = Directory.CreateTempSubdirectory("suti-tests-").FullName;
        for (int i = 0; i < 3; i++)
            ImageFile.WritePng(Path.Combine(_folder, $"{i}.png"), Shaded(i));
        File.WriteAllText(Path.Combine(_folder, "1.txt"), "ein süßer Roboter");
    }

    [TearDown]
    public void DeletePhotographs() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void What_of_a_prompt_is_not_understood_is_said()
    {
        var (code, _, error) = Shell.Run(["generate", "--model", _model, "--subject", _folder, "--steps", "1", "--count", "1", "--out", Path.Combine(_folder, "said"),
            "--prompt", "a robot on a zorgle beach " + string.Join(' ', Enumerable.Repeat("today", 40))]);
        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Contain("'zorgle'").And.Contain("the prompt is cut").And.Contain("'today today"));
    }

    [Test]
    public void A_picture_is_the_same_alone_and_among_others_and_is_made_again([Values] bool interleaved)
    {
        string[] more = interleaved ? ["--subject-guidance", "3", "--interleave", "0.4", "--temperature", "0.8", "--eta", "0.5", "--fit", "crop", "--demos", "2"] : [];
        Draw("five", "--count", "5", "--seed", "18446744073709551614");
        // Seeds are counted around the end of their range.
        Draw("one", "--count", "1", "--seed", "1");
        byte[] fourth = File.ReadAllBytes(Picture("five", 3));
        Assert.That(File.ReadAllBytes(Picture("one", 0)), Is.EqualTo(fourth));
        Assert.That(File.ReadAllBytes(Picture("five", 2)), Is.Not.EqualTo(fourth));
        for (int i = 0; i < 5; i++)
            Assert.That(Succeed("replay", Picture("five", i), "--out", Picture("again", i)), Does.StartWith("identical"));
        Assert.That(File.ReadAllBytes(Picture("again", 3)), Is.EqualTo(fourth));
        string inspected = Succeed("inspect", Picture("five", 0));
        Assert.That(inspected, Does.Contain(Path.Combine(_folder, "1.png")).And.Contain("ein süßer Roboter").And.Contain("18446744073709551614"));
        Assert.That(inspected.Contains("subject guidance", StringComparison.Ordinal), Is.EqualTo(interleaved));
        var recipe = Shell.Lines(Succeed("inspect", Picture("one", 0), "--json"))[0]["suti"]!;
        Assert.That((string)recipe["seed"]!, Is.EqualTo("1"));
        Assert.That(recipe["photographs"]!.AsArray(), Has.Count.EqualTo(interleaved ? 2 : 3));

        void Draw(string to, params string[] line) => Succeed(["generate", "--model", _model, "--subject", _folder, "--prompt", "a robot on a beach",
            "--steps", "3", "--out", Path.Combine(_folder, to), .. more, .. line]);
    }

    [Test]
    public void Photographs_are_found_where_they_are_now_and_changed_ones_refused_by_name()
    {
        Succeed("generate", "--model", _model, "--subject", _folder, "--prompt", "a robot", "--steps", "2", "--count", "1", "--out", Path.Combine(_folder, "out"));
        string moved = Path.Combine(_folder, "moved");
        Directory.CreateDirectory(moved);
        for (int i = 0; i < 3; i++)
            File.Move(Path.Combine(_folder, $"{i}.png"), Path.Combine(moved, $"{i}.png"));
        string picture = Picture("out", 0);
        Assert.That(Fail("replay", picture), Does.Contain(Path.Combine(_folder, "0.png")).And.Contain(Path.Combine(_folder, "2.png")));
        Assert.That(Succeed("replay", picture, "--subject", moved), Does.StartWith("identical"));
        // Another file of the same pixels is the same photograph; other pixels are not.
        ImageFile.WritePng(Path.Combine(moved, "0.png"), Shaded(0), [new("Comment", "copied")]);
        Assert.That(Succeed("replay", picture, "--subject", moved), Does.StartWith("identical"));
        ImageFile.WritePng(Path.Combine(moved, "1.png"), Shaded(9));
        Assert.That(Fail("replay", picture, "--subject", moved), Does.Contain(Path.Combine(moved, "1.png")).And.Not.Contain(Path.Combine(moved, "0.png")));
    }

    [Test]
    public void A_picture_of_other_parameters_differs_and_a_broken_recipe_is_told()
    {
        string picture = Picture("out", 0);
        Succeed("generate", "--model", _model, "--subject", _folder, "--prompt", "a robot", "--steps", "2", "--count", "1", "--out", Path.Combine(_folder, "out"));
        var image = ImageFile.Read(picture);
        Rewrite("\"seed\":\"0\"", "\"seed\":\"7\"");
        var (code, output, _) = Shell.Run(["replay", picture, "--json"]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That((bool)Shell.Lines(output)[0]["identical"]!, Is.False);
        Rewrite("\"captions\"", "\"captoins\"");
        Assert.That(Fail("replay", picture), Does.Contain("captions"));
        Rewrite("\"steps\":2", "\"steps\":2000");
        Assert.That(Fail("replay", picture), Does.Contain("steps is out of range"));

        void Rewrite(string from, string to) => ImageFile.WritePng(picture, image,
            [.. image.Texts.Select(text => text with { Text = text.Text.Replace(from, to, StringComparison.Ordinal) })]);
    }

    [Test]
    public void Pictures_twice_as_large_are_made_again_too()
    {
        Draw("many", "--size", "32", "--enlarger", _enlarger, "--count", "3");
        Draw("one", "--enlarger", _enlarger, "--count", "1", "--seed", "2");
        byte[] third = File.ReadAllBytes(Picture("many", 2));
        Assert.That(File.ReadAllBytes(Picture("one", 0)), Is.EqualTo(third));
        Assert.That(ImageFile.Read(Picture("many", 2)).Width, Is.EqualTo(32));
        Assert.That(Succeed("inspect", Picture("many", 2)), Does.Contain("enlarging steps"));
        Assert.That(Succeed("replay", Picture("many", 2)), Does.StartWith("identical"));
        Assert.That(Succeed("replay", Picture("many", 2), "--enlarger", _enlarger), Does.StartWith("identical"));
        Draw("plain", "--size", "16", "--enlarger", _enlarger, "--count", "1");
        Assert.That(ImageFile.Read(Picture("plain", 0)).Width, Is.EqualTo(16));
        Assert.That(Fail(Line("none", "--size", "24")), Does.Contain("16 or 32"));
        Assert.That(Fail(Line("none", "--size", "32", "--enlarger", _model)), Does.Contain("SutiUpscalerPipeline"));

        void Draw(string to, params string[] line) => Succeed(Line(to, line));

        string[] Line(string to, params string[] line) => ["generate", "--model", _model, "--subject", _folder, "--prompt", "a robot", "--steps", "2",
            "--out", Path.Combine(_folder, to), .. line];
    }

    [Test]
    public void Without_a_model_the_shipped_one_draws()
    {
        string deep = Path.Combine(_root, "a", "b");
        Directory.CreateDirectory(deep);
        var (code, _, error) = Shell.RunIn(deep, ["generate", "--subject", _folder, "--prompt", "a robot", "--steps", "1", "--count", "1", "--out", Path.Combine(_folder, "out")]);
        Assert.That(code, Is.Zero, error);
        // Beside the program lies the shipped model, where the repository has one.
        string beside = Path.Combine(AppContext.BaseDirectory, "models", "nano", "apprentice");
        Assert.That(Succeed("inspect", Picture("out", 0)), Does.Contain(Directory.Exists(beside) ? beside : _model));
    }

    [Test]
    public void The_shipped_model_is_looked_for_beside_the_program_and_then_upwards()
    {
        string program = Path.Combine(_folder, "program"), here = Path.Combine(_root, "models");
        Assert.That(ShippedModel.Find("apprentice", "--model", program, here), Is.EqualTo(_model));
        string own = Path.Combine(program, "models", "nano", "apprentice");
        Directory.CreateDirectory(own);
        Assert.That(ShippedModel.Find("apprentice", "--model", program, here), Is.EqualTo(_model), "an empty folder is no model");
        File.WriteAllText(Path.Combine(own, "model_index.json"), "{}");
        Assert.That(ShippedModel.Find("apprentice", "--model", program, here), Is.EqualTo(own));
        Assert.That(() => ShippedModel.Find("dino", "--dino", program, here), Throws.TypeOf<SuTI.Engine.SutiException>().With.Message
            .Contains("--dino").And.Message.Contains(Path.Combine(program, "models", "nano", "dino")).And.Message.Contains(Path.Combine(_root, "models", "nano", "dino")));
    }

    string Picture(string folder, int number)
    {
        Directory.CreateDirectory(Path.Combine(_folder, folder));
        return Path.Combine(_folder, folder, $"{number:0000}.png");
    }

    static Image Shaded(int shade)
    {
        var image = new Image(24, 20, 3);
        for (int i = 0; i < image.Bytes.Length; i++)
            image.Bytes[i] = (byte)((i * 7) + (shade * 40));
        return image;
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
