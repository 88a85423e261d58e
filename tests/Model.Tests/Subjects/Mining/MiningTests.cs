using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Mining;
using SuTI.Model.Tests.Evaluation;

namespace SuTI.Model.Tests.Subjects;

public class MiningTests
{
    static readonly MiningOptions s_options = new() { NearBits = 8, NearCosine = 1.5, High = 1.01 };

    DrawnCrawl _crawl = null!;
    TemporaryFolder _run = null!;

    [SetUp]
    public void Make() => (_crawl, _run) = (new(), new());

    [TearDown]
    public void Remove()
    {
        _crawl.Dispose();
        _run.Dispose();
    }

    [Test]
    public void Each_filter_takes_what_it_is_for_and_counts_it()
    {
        // Pages are told by their address, however their lines are mixed.
        for (int i = 0; i < 4; i++)
        {
            _crawl.Add("good", DrawnCrawl.Picture(i, 200, 40, 40), "a photo of a red robot");
            _crawl.Add("unlike", DrawnCrawl.Picture(10 + i, i == 0 ? 200 : 0, i == 1 ? 200 : 0, i > 1 ? 200 : 0));
        }
        _crawl.Add("good", DrawnCrawl.Picture(0, 200, 40, 40));                  // the same pixels
        _crawl.Add("good", DrawnCrawl.Picture(1, 200, 40, 40, gain: 1.05));      // brighter, the same picture
        _crawl.Line("good", "nowhere.png");
        _crawl.File("text.png", "not a picture"u8.ToArray());
        _crawl.Line("good", "text.png");
        _crawl.Add("small", DrawnCrawl.Picture(20, 9, 9, 9));
        _crawl.Add("small", DrawnCrawl.Picture(21, 9, 9, 9));
        for (int i = 0; i < 3; i++)
            _crawl.Add("copied", DrawnCrawl.Picture(30, 0, 99, 0, gain: 1 + (0.01 * i)));
        var (report, _) = Mine();
        Assert.That(report.Counts().Where(count => count.Count > 0), Is.EquivalentTo(new (string, long)[]
        {
            ("pictures", 17), ("missing", 1), ("broken", 1), ("copies", 1), ("near_copies", 3), ("pages", 4), ("pages_too_small", 1),
            ("pages_too_few_left", 1), ("pages_too_unlike", 1), ("clusters", 1),
        }));
        using var run = RunCatalogue.Open(_run.Root);
        var cluster = run.Clusters.All().Single();
        Assert.That((cluster.Url, cluster.Subject, cluster.Noun, cluster.Images.Count), Is.EqualTo(("good", "red robot", "robot", 4)));
        Assert.That(cluster.Similarity, Is.EqualTo(1).Within(1e-3));
        Assert.That(cluster.Images.Select(image => image.Source), Is.EqualTo(["0.png", "2.png", "4.png", "6.png"]));
        foreach (var image in cluster.Images)
        {
            Assert.That(FileDigest.Of(run.PathOf(image.Path)), Is.EqualTo(image.FileDigest));
            Assert.That(PixelDigest.Of(ImageFile.Read(run.PathOf(image.Path))), Is.EqualTo(image.PixelDigest));
        }
        Assert.That(File.ReadAllLines(_run.File("mine.sha256")), Is.EqualTo(cluster.Images.Select(image => $"{image.FileDigest}  {image.Path}")));
        Assert.That(File.ReadAllText(_run.File("mine.json")), Does.Contain("\"clusters\": 1").And.Contain("colours"));
    }

    [Test]
    public void The_band_has_two_ends()
    {
        for (int i = 0; i < 3; i++)
            _crawl.Add("page", DrawnCrawl.Picture(i, 200, 20 * i, 0));
        double similarity = Mine(s_options with { Low = -1 }).Report is { Clusters: 1 } ? Single().Similarity : 0;
        Assert.That(similarity, Is.InRange(0.9, 0.999));
        foreach (var (low, high, expected) in (ReadOnlySpan<(double, double, PageOutcome)>)
            [(similarity - 0.001, similarity + 0.001, PageOutcome.Kept), (similarity + 0.001, 1.01, PageOutcome.TooUnlike), (-1, similarity - 0.001, PageOutcome.TooAlike)])
        {
            using var folder = new TemporaryFolder();
            using var run = RunCatalogue.OpenOrCreate(folder.Root);
            var report = ClusterMiner.Mine(Crawl.Open(_crawl.Root), run, new ColourEmbedder(), s_options with { Low = low, High = high });
            Assert.That((report.Clusters, report.TooUnlike, report.TooAlike), Is.EqualTo((expected == PageOutcome.Kept ? 1L : 0,
                expected == PageOutcome.TooUnlike ? 1L : 0, expected == PageOutcome.TooAlike ? 1L : 0)));
        }
    }

    [Test]
    public void A_stopped_run_goes_on_and_ends_as_one_that_was_never_stopped()
    {
        for (int page = 0; page < 70; page++)
        {
            for (int i = 0; i < 3; i++)
                _crawl.Add($"page {page}", DrawnCrawl.Picture((page * 3) + i, 200, page, i));
        }
        var (whole, _) = Mine();
        string expected = File.ReadAllText(_run.File("mine.sha256"));
        using var folder = new TemporaryFolder();
        var model = new ColourEmbedder();
        using var stop = new CancellationTokenSource();
        Assert.That(() => MineInto(folder.Root, model, stop), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(model.Pictures, Is.EqualTo(96), "32 pages of 3 before the stop");
        Assert.That(File.Exists(folder.File("mine.json")), Is.False, "no manifest of half a stage");
        var second = new ColourEmbedder();
        var report = MineInto(folder.Root, second, null);
        Assert.That(second.Pictures, Is.EqualTo(210 - 96));
        Assert.That(report.Counts(), Is.EqualTo(whole.Counts()));
        Assert.That(File.ReadAllText(folder.File("mine.sha256")), Is.EqualTo(expected));
        var third = new ColourEmbedder();
        Assert.That(MineInto(folder.Root, third, null).Clusters, Is.EqualTo(whole.Clusters));
        Assert.That(third.Pictures, Is.Zero);

        MiningReport MineInto(string root, ColourEmbedder embedder, CancellationTokenSource? stopping)
        {
            using var run = RunCatalogue.OpenOrCreate(root);
            return ClusterMiner.Mine(Crawl.Open(_crawl.Root), run, embedder, s_options, (_, _) => stopping?.Cancel(), stopping?.Token ?? default);
        }
    }

    [Test]
    public void Vectors_outlive_a_crash_before_their_pages_are_judged()
    {
        for (int i = 0; i < 3; i++)
            _crawl.Add("page", DrawnCrawl.Picture(i, 200, 0, 0));
        _crawl.Save();
        // A file where the folder of clusters is to be: the step after embedding fails.
        using (var run = RunCatalogue.OpenOrCreate(_run.Root))
        {
            File.WriteAllText(_run.File("clusters"), "");
            Assert.That(() => ClusterMiner.Mine(Crawl.Open(_crawl.Root), run, new ColourEmbedder(), s_options), Throws.InstanceOf<SutiException>());
        }
        File.Delete(_run.File("clusters"));
        var (report, model) = Mine();
        Assert.That((report.Clusters, model.Pictures), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Another_setting_crawl_or_model_asks_for_another_run()
    {
        for (int i = 0; i < 3; i++)
            _crawl.Add("page", DrawnCrawl.Picture(i, 200, 0, 0));
        Mine();
        Assert.That(() => Mine(s_options with { Low = 0.5 }), Throws.InstanceOf<SutiException>().With.Message.Contains("other settings"));
        Assert.That(() => Mine(model: new() { Digest = "b" }), Throws.InstanceOf<SutiException>().With.Message.Contains("other settings"));
        _crawl.Line("page", "more.png");
        Assert.That(() => Mine(), Throws.InstanceOf<SutiException>().With.Message.Contains("other settings"));
    }

    [Test]
    public void Two_processes_do_not_mine_one_run()
    {
        _crawl.Add("page", DrawnCrawl.Picture(1, 200, 0, 0));
        using var run = RunCatalogue.OpenOrCreate(_run.Root);
        using var taken = StageLock.Take(run, "mine");
        Assert.That(() => Mine(), Throws.InstanceOf<SutiException>().With.Message.Contains("another process"));
    }

    [Test]
    public void Big_pages_are_cut_and_pictures_of_earlier_pages_are_copies()
    {
        for (int i = 0; i < 90; i++)
            _crawl.Add("big", DrawnCrawl.Picture(i, 200, 0, 0));
        for (int i = 0; i < 3; i++)
            _crawl.Add("mirror", DrawnCrawl.Picture(i, 200, 0, 0));
        var (report, model) = Mine();
        Assert.That((report.Clusters, report.Surplus, report.Copies, report.TooFewLeft), Is.EqualTo((1, 80, 3, 1)));
        Assert.That(model.Pictures, Is.EqualTo(64), "no page makes the program embed more");
        Assert.That(Single().Images, Has.Count.EqualTo(10));
    }

    [Test]
    public void Outliers_go_where_they_are_looked_for()
    {
        for (int i = 0; i < 4; i++)
            _crawl.Add("page", DrawnCrawl.Picture(i, 200, 30, 0), "a robot");
        _crawl.Add("page", DrawnCrawl.Picture(9, 0, 0, 200), "a teapot");
        Assert.That(Mine().Report.TooUnlike, Is.EqualTo(1));
        using var folder = new TemporaryFolder();
        using var run = RunCatalogue.OpenOrCreate(folder.Root);
        var report = ClusterMiner.Mine(Crawl.Open(_crawl.Root), run, new ColourEmbedder(), s_options with { Outlier = 0.5 });
        Assert.That((report.Clusters, report.Outliers), Is.EqualTo((1, 1)));
        Assert.That(run.Clusters.All().Single().Images.Select(image => image.Source), Does.Not.Contain("4.png"));
    }

    [Test]
    public void The_cosine_finds_copies_that_hashes_do_not()
    {
        for (int i = 0; i < 4; i++)
            _crawl.Add("page", DrawnCrawl.Picture(i, 200, i < 2 ? 0 : 60 * i, 0));
        var (report, _) = Mine(s_options with { NearBits = -1, NearCosine = 0.9999 });
        Assert.That((report.NearCopies, report.Clusters), Is.EqualTo((1, 1)));
    }

    [TestCase(0.9, 0.8), TestCase(double.NaN, 1), TestCase(-2, 1)]
    public void Bounds_that_are_none_are_refused(double low, double high)
    {
        _crawl.Add("page", DrawnCrawl.Picture(1, 200, 0, 0));
        Assert.That(() => Mine(s_options with { Low = low, High = high }), Throws.InstanceOf<SutiException>().With.Message.Contains("out of range"));
    }

    (MiningReport Report, ColourEmbedder Model) Mine(MiningOptions? options = null, ColourEmbedder? model = null)
    {
        model ??= new();
        using var run = RunCatalogue.OpenOrCreate(_run.Root);
        return (ClusterMiner.Mine(Crawl.Open(_crawl.Save()), run, model, options ?? s_options), model);
    }

    Cluster Single()
    {
        using var run = RunCatalogue.Open(_run.Root);
        return run.Clusters.All().Single();
    }
}
