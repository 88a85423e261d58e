namespace SuTI.Cli.Tests;

[TestFixture]
public class TrainCommandTests
{
    const string Config = """
        {"model": {"image_size": 16, "patch_size": 8, "width": 16, "layers": 1, "heads": 2}, "world": {"individuals": 4}, "loss": {"peers": 2},
          "training": {"steps": 4, "batch_size": 8, "probe_steps": 0, "checkpoint_minutes": 0}}
        """;

    string _root = "";

    [SetUp]
    public void MakeFolder()
    {
        _root = Directory.CreateTempSubdirectory("suti-tests-").FullName;
        File.WriteAllText(Path.Combine(_root, "dino.json"), Config);
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_root, recursive: true);

    [Test]
    public void A_run_is_trained_stopped_by_time_resumed_and_its_model_inspected()
    {
        string config = Path.Combine(_root, "dino.json"), run = Path.Combine(_root, "run");
        var (code, output, error) = Shell.Run(["train", "dino", "--config", config, "--out", run, "--minutes", "0"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("time is up after step 0 of 4"));
        (code, _, error) = Shell.Run(["train", "dino", "--config", config, "--out", run]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("--resume"));
        (code, output, error) = Shell.Run(["train", "dino", "--out", run, "--resume"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("finished after step 4 of 4"));
        Assert.That(error, Does.Contain("train dino 4/4"));
        Assert.That(File.Exists(Path.Combine(run, "report.html")));
        (code, output, error) = Shell.Run(["inspect", Path.Combine(run, "model"), "--load"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("ViTModel").And.Not.Contain("will not load"));
    }

    [Test]
    public void What_cannot_be_begun_is_refused_by_name()
    {
        string nowhere = Path.Combine(_root, "none");
        Assert.That(Shell.Run(["train", "dino", "--out", nowhere]).Error, Does.Contain("--config"));
        Assert.That(Shell.Run(["train", "dino", "--out", nowhere, "--resume"]).Error, Does.Contain("there is no run"));
        Assert.That(Shell.Run(["train", "clip", "--config", Path.Combine(_root, "dino.json"), "--out", nowhere]).Error,
            Does.Contain("not known"));
        Assert.That(Directory.Exists(nowhere), Is.False);
    }

    [Test]
    public void Keys_are_set_on_the_command_line()
    {
        string config = Path.Combine(_root, "dino.json"), run = Path.Combine(_root, "set");
        var (code, output, error) = Shell.Run(["train", "dino", "--config", config, "--out", run, "--set", "training.steps=2", "--set", "training.optimizer.name=sgd"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("finished after step 2 of 2"));
        Assert.That(File.ReadAllText(Path.Combine(run, "config.json")), Does.Contain("\"sgd\""));
        string nowhere = Path.Combine(_root, "none");
        Assert.That(Shell.Run(["train", "dino", "--config", config, "--out", nowhere, "--set", "training.steps"]).Error, Does.Contain("KEY=VALUE"));
        Assert.That(Shell.Run(["train", "dino", "--config", config, "--out", nowhere, "--set", "training.step=2"]).Error, Does.Contain("steps"));
    }

    [TestCase("clip"), TestCase("dino")]
    public void Recipes_are_read(string stage)
    {
        string recipe = Path.Combine(Repository(), "models", "recipes", $"{stage}.json");
        var (code, output, error) = Shell.Run(["train", stage, "--config", recipe, "--out", Path.Combine(_root, stage), "--minutes", "0"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("after step 0 of"));
    }

    static string Repository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "SuTI.sln")))
                return at.FullName;
        }
        throw new DirectoryNotFoundException("SuTI.sln is not above the tests.");
    }
}
