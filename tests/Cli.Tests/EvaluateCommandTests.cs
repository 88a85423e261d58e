using System.Text.Json.Nodes;

namespace SuTI.Cli.Tests;

/// <summary>evaluate with small, untrained models.</summary>
public class EvaluateCommandTests
{
    string _folder = "";
    string[] _common = [];

    [OneTimeSetUp]
    public void WriteModels()
    {
        _folder = Directory.CreateTempSubdirectory("suti-tests-").FullName;
        _common =
        [
            "evaluate", "--model", SmallSubjectModel.Write(At("apprentice"), isApprentice: true), "--clip", SmallClip.Write(At("clip")),
            "--dino", FixtureFolder.Find("vit_dino_tiny").First(), "--subjects", "2", "--prompts", "2", "--count", "1", "--steps", "2", "--decoys", "1",
        ];
        SmallSubjectModel.Write(At("base"), isApprentice: false, seed: 4);
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Routes_are_measured_and_more_may_be_added_later()
    {
        var (code, output, error) = Shell.Run([.. _common, "--out", At("results"), "--demos", "0,4"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("apprentice-4").And.Contain("real").And.Contain("copy").And.Contain("chance").And.Contain("results.md"));
        Assert.That(error, Does.Contain("evaluate 8/8"));
        string[] before = File.ReadAllLines(At("results/results.jsonl"));
        (code, _, error) = Shell.Run([.. _common, "--out", At("results"), "--demos", "0,4", "--other", $"plain={At("base")}"]);
        Assert.That(code, Is.Zero, error);
        string[] after = File.ReadAllLines(At("results/results.jsonl"));
        Assert.That(after.Take(before.Length), Is.EqualTo(before), "what was there is not drawn again");
        Assert.That(after, Has.Length.EqualTo(before.Length + 2));
        var results = JsonNode.Parse(File.ReadAllText(At("results/results.json")))!;
        Assert.That(results["routes"]!.AsArray().Select(route => (string)route!["route"]!), Is.EqualTo(new[] { "real", "copy", "apprentice-0", "apprentice-4", "plain" }));
        Assert.That(results["comparisons"]!.AsArray().Select(pair => (string)pair!["first"]!), Has.All.EqualTo("apprentice-4"));
        foreach (string file in (string[])["grids/0000.png", "grids/overview.png", "pictures/0001/plain.png", "results.md"])
            Assert.That(File.Exists(At($"results/{file}")), file);
    }

    [Test]
    public void Wrong_use_is_one_line()
    {
        Assert.That(Fail([.. _common, "--out", At("none"), "--demos", "nine"]), Does.Contain("0,1,4"));
        Assert.That(Fail([.. _common, "--out", At("none"), "--other", "plain"]), Does.Contain("NAME=FOLDER"));
        Assert.That(Fail([.. _common, "--out", At("none"), "--other", $"a/b={At("base")}"]), Does.Contain("dashes and underscores"));
        Assert.That(Fail([.. _common, "--out", At("none"), "--split", "train"]), Does.Contain("subjects or classes"));
        Assert.That(Shell.Run(["evaluate", "--help"]).Output, Does.Contain("Example: suti evaluate"));
    }

    string At(string name) => Path.Combine(_folder, name);

    static string Fail(string[] arguments)
    {
        var (code, _, error) = Shell.Run(arguments);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("suti: ").And.Not.Contain("   at "));
        return error;
    }
}
