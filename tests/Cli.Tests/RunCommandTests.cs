using System.Diagnostics;
using System.Text.Json.Nodes;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Cli.Tests;

/// <summary>mine, prompts, filter and scores on a small drawn crawl and an untrained CLIP.</summary>
public class RunCommandTests
{
    string _folder = "";

    [OneTimeSetUp]
    public void Mine()
    {
        _folder = Directory.CreateTempSubdirectory("suti-tests-").FullName;
        SmallClip.Write(At("clip"));
        Succeed("world", "--out", At("crawl"), "--pages", "12", "--size", "32", "--noise", "0.3", "--seed", "4");
        // An untrained network tells hardly anything apart: the band is all there is.
        var report = Object(Succeed("mine", At("crawl"), "--out", At("run"), "--clip", At("clip"), "--low", "-1", "--high", "1.01", "--near-cosine", "2",
            "--truth", At("crawl/truth.jsonl"), "--json"));
        Assert.That((int)report["clusters"]!, Is.GreaterThan(3));
        Assert.That((double)report["truth"]!["recall"]!, Is.EqualTo(1));
        Assert.That((int)report["pages"]!, Is.EqualTo(12));
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Mine_goes_on_where_it_was_and_refuses_other_bounds()
    {
        string[] again = ["mine", At("crawl"), "--out", At("run"), "--clip", At("clip"), "--low", "-1", "--high", "1.01", "--near-cosine", "2"];
        Assert.That(Succeed(again), Does.Contain("clusters").And.Contain("pages too small"));
        Assert.That(Fail([.. again, "--near-bits", "3"]), Does.Contain("other settings"));
        Assert.That(File.ReadAllLines(At("run/mine.sha256")), Is.Not.Empty);
        Assert.That(File.ReadAllLines(At("run/subjects.jsonl")), Is.Not.Empty);
        Assert.That(Fail("mine", At("nowhere"), "--out", At("other"), "--clip", At("clip")), Does.Contain("a crawl is missing"));
        Assert.That(Fail("mine", At("crawl"), "--out", At("other"), "--clip", At("crawl")), Does.Contain("suti:"));
    }

    [Test]
    public void Without_a_named_one_the_CLIP_of_the_program_mines_by_its_own_band()
    {
        Succeed("mine", At("crawl"), "--out", At("own"));
        Assert.That(Band("own"), Is.EqualTo((0.6, 0.97)));
        Assert.That(Succeed("filter", At("own"), "--threshold", "0.02"), Does.Contain("kept 0 of 0"));
        Succeed("mine", At("crawl"), "--out", At("narrow"), "--low", "0.7");
        Assert.That(Band("narrow"), Is.EqualTo((0.7, 0.97)));
        Succeed("mine", At("crawl"), "--out", At("named"), "--clip", At("clip"));
        Assert.That(Band("named"), Is.EqualTo((0.82, 0.98)));

        (double Low, double High) Band(string run)
        {
            var settings = JsonNode.Parse(File.ReadAllText(At($"{run}/mine.json")))!["settings"]!;
            return ((double)settings["low"]!, (double)settings["high"]!);
        }
    }

    [Test]
    public void A_killed_mine_goes_on_and_ends_as_one_that_was_left_alone()
    {
        Succeed("world", "--out", At("many"), "--pages", "90", "--size", "32", "--noise", "0.2", "--seed", "6");
        string[] Mining(string run) => ["mine", At("many"), "--out", At(run), "--clip", At("clip"), "--low", "-1", "--high", "1.01", "--near-cosine", "2", "--json"];
        string whole = Succeed(Mining("whole"));
        using (var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "suti.dll"), .. Mining("killed")])
        { RedirectStandardOutput = true, RedirectStandardError = true })!)
        {
            // In the midst of the first pages, if the machine is not faster than this loop; any moment must do.
            while (!process.HasExited && !Directory.Exists(At("killed/clusters")))
                Thread.Sleep(1);
            process.Kill();
            process.WaitForExit();
        }
        Assert.That(Succeed(Mining("killed")), Is.EqualTo(whole));
        foreach (string file in (string[])["mine.sha256", "mine.json"])
            Assert.That(File.ReadAllText(At($"killed/{file}")), Is.EqualTo(File.ReadAllText(At($"whole/{file}"))), file);
    }

    [Test]
    public void Prompts_filter_and_scores_follow_each_other()
    {
        var prompts = Object(Succeed("prompts", At("run"), "--each", "1", "--held-out", "1", "--name", "class", "--json"));
        int clusters = (int)prompts["clusters"]!;
        Assert.That((int)prompts["prompts"]!["style"]!, Is.EqualTo(clusters));
        Assert.That(File.ReadAllLines(At("run/prompts.jsonl")), Has.Length.EqualTo(6 * clusters));
        Assert.That(Fail("scores", At("run"), "--clip", At("clip")), Does.Contain("no pictures to measure"));
        using (var run = RunCatalogue.Open(At("run")))
        {
            // As if experts had drawn: the cluster's own pictures for each of its prompts.
            foreach (var cluster in run.Clusters.All().ToList())
            {
                foreach (var prompt in run.Prompts.Of(cluster.Id))
                    run.Outputs.Add(new(0, prompt.Id, 1, cluster.Images[0].Path, cluster.Images[0].FileDigest));
            }
        }
        var filter = Object(Succeed("filter", At("run"), "--clip", At("clip"), "--threshold", "0.02", "--json"));
        Assert.That(((int)filter["measured"]!, (int)filter["pictures"]!, (int)filter["kept"]!), Is.EqualTo((6 * clusters, 5 * clusters, 0)),
            "a picture of the cluster is not better than the best of the cluster");
        Assert.That(Succeed("filter", At("run"), "--clip", At("clip"), "--threshold", "-2"), Does.Contain($"0 measured, {6 * clusters} known").And.Contain("0.0200"));
        Assert.That(File.ReadAllLines(At("run/kept.jsonl")), Has.Length.EqualTo(5 * clusters));
        string dino = FixtureFolder.Find("vit_dino_tiny").First();
        var scores = Object(Succeed("scores", At("run"), "--clip", At("clip"), "--dino", dino, "--prompts", "held-out", "--json"));
        Assert.That((int)scores["pictures"]!, Is.EqualTo(clusters));
        foreach (string name in (string[])["clip_i", "clip_t", "dino", "clip_i_real", "dino_real"])
            Assert.That((double)scores[name]!["mean"]!, Is.InRange((double)scores[name]!["low"]!, (double)scores[name]!["high"]!), name);
    }

    [Test]
    public void Wrong_use_is_one_line_and_no_trace()
    {
        Assert.That(Fail("prompts", At("crawl")), Does.Contain("is no run"));
        Assert.That(Fail("prompts", At("run"), "--name", "both"), Does.Contain("subject or class"));
        Assert.That(Fail("prompts", At("run"), "--for-evaluation"), Does.Contain("--templates"));
        Assert.That(Fail("filter", At("nowhere"), "--clip", At("clip")), Does.Contain("is no run"));
        Assert.That(Fail("scores", At("run"), "--clip", At("clip"), "--prompts", "some"), Does.Contain("held-out"));
    }

    [TestCase("mine", "suti mine CRAWL"), TestCase("prompts", "suti prompts RUN"), TestCase("filter", "suti filter RUN"), TestCase("scores", "suti scores RUN")]
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
