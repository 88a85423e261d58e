using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SuTI.Cli.Tests;

/// <summary>The whole way at a toy size: world, mine, prompts, base, experts, filter, apprentice, generate, dream.</summary>
public class ExpertCommandTests
{
    const string Network = """
        "model": {"text": {"width": 32, "layers": 1, "heads": 2}, "unet": {"channels": [32, 32], "patch": 4, "head_width": 16, "conditioning": 32, "seam_channels": 4}}
        """;
    const string Training = """
        "training": {"steps": 2, "batch_size": 4, "sample_steps": 0, "probe_steps": 2, "checkpoint_minutes": 0, "optimizer": {"learning_rate": 0.001}}
        """;

    static readonly string[] s_quick = ["--steps", "3", "--batch", "2", "--sample-steps", "2", "--optimizer", "adamw", "--learning-rate", "1e-3"];

    string _folder = "";

    [OneTimeSetUp]
    public void Mine()
    {
        _folder = Directory.CreateTempSubdirectory("suti-tests-").FullName;
        SmallClip.Write(At("clip"));
        Succeed("world", "--out", At("crawl"), "--pages", "8", "--size", "32", "--noise", "0", "--seed", "4");
        foreach (string run in (string[])["run", "killed"])
        {
            Succeed("mine", At("crawl"), "--out", At(run), "--clip", At("clip"), "--low", "-1", "--high", "1.01", "--near-cosine", "2", "--near-bits", "-1");
            Succeed("prompts", At(run), "--each", "1", "--held-out", "1");
        }
        File.WriteAllText(At("base.json"), $$"""{"world": {"size": 16}, {{Network}}, {{Training}}}""");
        Succeed("train", "base", "--config", At("base.json"), "--out", At("base"));
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void From_experts_to_a_picture_of_ones_own_subject()
    {
        var summary = Object(Succeed(["experts", At("run"), "--base", At("base/model"), .. s_quick, "--json"]));
        Assert.That(((int)summary["failed"]!, (int)summary["open"]!, (int)summary["experts"]!), Is.EqualTo((0, 0, (int)summary["done"]!)));
        Assert.That((int)summary["pictures"]!, Is.EqualTo(6 * (int)summary["experts"]!));
        Assert.That(Succeed(["experts", At("run"), "--base", At("base/model"), .. s_quick]), Does.Contain("0 experts").And.Contain("0 left"));
        Assert.That(Fail(["experts", At("run"), "--base", At("base/model"), .. s_quick, "--mirror"]), Does.Contain("other settings"));
        Succeed("filter", At("run"), "--clip", At("clip"), "--threshold", "-2");
        File.WriteAllText(At("apprentice.json"), $$"""{"world": {"size": 16, "targets": 2, "demonstrations": 3}, {{Network}}, {{Training}}}""");
        foreach (string source in (string[])["outputs", "clusters"])
        {
            File.WriteAllText(At($"{source}.json"), File.ReadAllText(At("apprentice.json"))[..^1]
                + $$""", "data": {"targets": "{{source}}", "world_share": 0.5 }, "checkpointing": true}""");
            Succeed("train", "apprentice", At("run"), "--config", At($"{source}.json"), "--start", At("base/model"), "--out", At(source));
            Assert.That(File.ReadAllText(At($"{source}/config.json")), Does.Contain(At("run")));
            Assert.That(File.ReadAllText(At($"{source}/metrics.jsonl")), Does.Contain("wrong_t95"));
        }
        Directory.CreateDirectory(At("my_robot"));
        string cluster = Directory.EnumerateFiles(At("run/clusters"), "*.png", SearchOption.AllDirectories).First();
        File.Copy(cluster, At("my_robot/a.png"));
        File.Copy(cluster, At("my_robot/b.png"));
        Succeed("dream", "--model", At("outputs/model"), "--subject", At("my_robot"), "--out", At("mine"), "--steps", "2", "--optimizer", "adamw", "--learning-rate", "1e-3");
        foreach (string model in (string[])["outputs/model", "mine"])
            Assert.That(Succeed("generate", "--model", At(model), "--subject", At("my_robot"), "--prompt", "a robot on a beach", "--count", "1", "--steps", "2", "--out", At("pictures")), Does.Contain("grid.png"));
        Assert.That(Fail("dream", "--model", At("base/model"), "--subject", At("my_robot"), "--out", At("none")), Does.Contain("apprentice"));
        Assert.That(Directory.Exists(At("none")), Is.False);
    }

    [Test]
    public void A_killed_worker_costs_the_expert_at_hand()
    {
        string[] arguments = ["experts", At("killed"), "--base", At("base/model"), .. s_quick];
        using (var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "suti.dll"), .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true })!)
        {
            while (!process.HasExited && !Directory.Exists(At("killed/outputs")))
                Thread.Sleep(1);
            process.Kill();
            process.WaitForExit();
        }
        // The cluster that it held is free after the lease; all others are done at once, by two workers.
        var summary = Object(Succeed([.. arguments, "--most", "2", "--json"]));
        Assert.That((int)summary["failed"]!, Is.Zero);
        Assert.That((int)summary["done"]!, Is.GreaterThanOrEqualTo((int)summary["experts"]!));
    }

    [Test]
    public void Wrong_use_is_one_line_and_no_trace()
    {
        Assert.That(Fail("experts", At("crawl"), "--base", At("base/model")), Does.Contain("is no run"));
        Assert.That(Fail("experts", At("run"), "--base", At("clip")), Does.Contain("draws no subjects"));
        Assert.That(Fail("experts", At("run"), "--base", At("base/model"), "--optimizer", "adamm"), Does.Contain("adamw"));
        Assert.That(Fail("experts", At("run"), "--base", At("base/model"), "--tune", "some"), Does.Contain("attention"));
        Assert.That(Fail("train", "apprentice", At("crawl"), "--config", At("base.json"), "--out", At("nothing")), Does.Contain("is no run").Or.Contain("run"));
    }

    [TestCase("experts", "suti experts RUN"), TestCase("dream", "suti dream --model")]
    public void Help_ends_with_an_example(string command, string example) => Assert.That(Succeed(command, "--help"), Does.Contain($"Example: {example}"));

    string At(string name) => Path.Combine(_folder, name);

    static string Succeed(params string[] arguments)
    {
        var (code, output, error) = Shell.Run(arguments);
        Assert.That(code, Is.Zero, error);
        return output;
    }

    static string Fail(params string[] arguments)
    {
        var (code, _, error) = Shell.Run(arguments);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("suti: ").And.Not.Contain("   at "));
        return error;
    }

    static JsonObject Object(string output) => Shell.Lines(output).Single();
}
