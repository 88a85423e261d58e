using System.Xml.Linq;

namespace SuTI.Cli.Tests;

/// <summary>quickstart with small, untrained models, and from an empty folder with trainings of no step.</summary>
public class QuickstartCommandTests
{
    static readonly string[] s_short = ["--steps", "2", "--expert-steps", "2", "--expert-batch", "2"];

    string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("suti-tests-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void The_page_stands_alone_and_shows_all_pictures_with_their_scores()
    {
        SmallSubjectModel.Write(At("model/apprentice"), isApprentice: true);
        SmallSubjectModel.Write(At("model/base"), isApprentice: false, seed: 4);
        SmallClip.Write(At("model/clip"));
        Assert.That(Shell.Run(["quickstart", "--model", At("model"), "--out", At("page"), .. s_short]).Error, Does.StartWith("suti: ").And.Contain("dino"));
        Directory.CreateDirectory(At("model/dino"));
        foreach (string file in Directory.GetFiles(FixtureFolder.Find("vit_dino_tiny").First()))
            File.Copy(file, Path.Combine(At("model/dino"), Path.GetFileName(file)));
        var (code, output, error) = Shell.Run(["quickstart", "--model", At("model"), "--out", At("page"), .. s_short]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("apprentice-4").And.Contain("expert").And.Contain("times sooner").And.Contain("index.html"));
        var page = XDocument.Load(At("page/index.html"));
        var pictures = page.Descendants().Where(element => element.Name.LocalName == "img").ToList();
        // 3 subjects: 4 demonstrations, 4 prompts by 4 routes; the first by the expert too.
        Assert.That(pictures, Has.Count.EqualTo((3 * (4 + (4 * 4))) + 4));
        Assert.That(pictures.Select(picture => (string?)picture.Attribute("src")), Has.All.StartsWith("data:image/png;base64,"));
        Assert.That(page.Descendants().SelectMany(element => element.Attributes()).Where(attribute => attribute.Name.LocalName is "href" or "src")
            .Select(attribute => attribute.Value), Has.All.StartsWith("data:"), "nothing is loaded from elsewhere");
        Assert.That(page.ToString(), Does.Contain("DINO").And.Contain("CLIP-T").And.Contain("Expert"));
        Assert.That(Directory.GetFiles(At("page"), "*.png", SearchOption.AllDirectories), Has.Length.EqualTo(pictures.Count));
        // Again into the same folder.
        Assert.That(Shell.Run(["quickstart", "--model", At("model"), "--out", At("page"), .. s_short]).Code, Is.Zero);
    }

    [Test]
    public void From_scratch_every_stage_runs_once()
    {
        string[] line = ["quickstart", "--from-scratch", "--minutes", "0", "--experts", "2", "--out", At("toy"), .. s_short];
        var (code, output, error) = Shell.Run(line);
        Assert.That(code, Is.Zero, error);
        foreach (string stage in (string[])["world", "train clip", "train dino", "train base", "mine", "prompts", "experts", "filter", "train apprentice"])
            Assert.That(output, Does.Contain($"$ suti {stage} "));
        Assert.That(File.Exists(At("toy/index.html")));
        (code, output, error) = Shell.Run(line);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Not.Contain("$ suti"), "what is done is not done again");
    }

    [Test]
    public void Wrong_use_is_one_line()
    {
        Assert.That(Shell.Run(["quickstart", "--from-scratch", "--model", "x", "--out", At("none")]).Error, Does.StartWith("suti: ").And.Contain("no --model"));
        Assert.That(Shell.Run(["quickstart", "--from-scratch", "--minutes", "-1", "--out", At("none")]).Error, Does.StartWith("suti: ").And.Contain("--minutes"));
        Assert.That(Shell.Run(["quickstart", "--model", At("nowhere"), "--out", At("none")]).Error, Does.StartWith("suti: "));
        Assert.That(Directory.Exists(At("none")), Is.False);
        Assert.That(Shell.Run(["quickstart", "--help"]).Output, Does.Contain("Example: suti quickstart"));
    }

    string At(string name) => Path.Combine(_folder, name);
}
