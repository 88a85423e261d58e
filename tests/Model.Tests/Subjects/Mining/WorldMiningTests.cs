using SuTI.Model.Evaluation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Mining;
using SuTI.Model.World;
using SuTI.Model.World.Crawl;

namespace SuTI.Model.Tests.Subjects;

/// <summary>Mining a drawn crawl, measured by its truth.</summary>
public class WorldMiningTests
{
    const int Pages = 60;

    [Test]
    public void With_an_embedder_that_knows_subjects_mining_finds_all_clusters()
    {
        using var folder = new TemporaryFolder();
        string crawl = folder.File("crawl");
        CrawlWriter.Write(crawl, new SubjectWorld(11), new() { Pages = Pages, Size = 48, Noise = 0.4 });
        using var run = RunCatalogue.OpenOrCreate(folder.File("run"));
        // Near copies show their subject; the hash alone finds them.
        var report = ClusterMiner.Mine(Crawl.Open(crawl), run, new Oracle(crawl), new() { Outlier = 0.5, NearCosine = 2, High = 1.01 });
        var score = MiningTruth.Compare(run, Path.Combine(crawl, CrawlWriter.TruthFile));
        TestContext.Out.WriteLine($"{score} {report.NearCopies} near copies");
        Assert.That(score.Wanted, Is.GreaterThan(15));
        Assert.That(score.Recall, Is.EqualTo(1));
        Assert.That(score.PicturePrecision, Is.EqualTo(1));
        // Near copies that the hash misses may make a cluster of a page with two pictures of its subject.
        Assert.That(score.Precision, Is.GreaterThan(0.85));
        Assert.That(score.NounAccuracy, Is.GreaterThan(0.85));
    }

    [Test]
    public void The_hash_finds_near_copies_and_leaves_other_pictures()
    {
        var world = new SubjectWorld(5);
        int copies = 0, others = 0, pairs = 0;
        for (int i = 0; i < 60; i++)
        {
            var picture = world.Draw(world.Subject(WorldSplit.Train, i), world.Request(WorldSplit.Train, (ulong)i), 64, (ulong)i);
            var random = new WorldRandom(RandomKey.For("test", 1), (uint)i);
            ulong hash = Hash(picture), copy = Hash(NearDuplicate.Of(picture, ref random));
            copies += PerceptualHash.Distance(hash, copy) <= 12 ? 1 : 0;
            for (int j = 0; j < 5; j++, pairs++)
            {
                ulong sample = (ulong)((i * 5) + j + 1000);
                var other = world.Draw(world.Subject(WorldSplit.Train, i), world.Request(WorldSplit.Train, sample), 64, sample);
                others += PerceptualHash.Distance(hash, Hash(other)) <= 12 ? 1 : 0;
            }
        }
        TestContext.Out.WriteLine($"{copies} of 60 copies, {others} of {pairs} others");
        Assert.That(copies, Is.GreaterThan(50));
        Assert.That(others, Is.LessThan(pairs / 50));

        static ulong Hash(WorldPicture picture) => PerceptualHash.Of(new(picture.Size, picture.Size, 3, picture.Pixels));
    }

    [Test]
    public void The_hash_does_not_mind_size_and_grey()
    {
        var image = DrawnCrawl.Picture(3, 200, 200, 200);
        ulong hash = PerceptualHash.Of(image);
        Assert.That(PerceptualHash.Distance(hash, PerceptualHash.Of(image.Resize(70, 50))), Is.LessThan(6));
        Assert.That(PerceptualHash.Distance(hash, PerceptualHash.Of(DrawnCrawl.Picture(3, 240, 240, 240))), Is.LessThan(4));
        Assert.That(PerceptualHash.Distance(hash, PerceptualHash.Of(DrawnCrawl.Picture(4, 200, 200, 200))), Is.GreaterThan(16));
        Assert.That(PerceptualHash.Distance(0, ulong.MaxValue), Is.EqualTo(64));
        Assert.That(() => PerceptualHash.Of(new Image(1, 1, 1)), Throws.Nothing);
    }

    /// <summary>Knows which picture shows which subject: each subject is a direction of its own.</summary>
    sealed class Oracle : IImageEmbedder
    {
        readonly Dictionary<string, int> _subjects = new(StringComparer.Ordinal);

        internal Oracle(string crawl)
        {
            int unknown = 0;
            foreach (string line in File.ReadLines(Path.Combine(crawl, CrawlWriter.TruthFile)))
            {
                var truth = System.Text.Json.Nodes.JsonNode.Parse(line)!;
                string digest = PixelDigest.Of(ImageFile.Read(Path.Combine(crawl, (string)truth["image"]!)));
                bool isOwn = (string)truth["kind"]! is "subject" or "duplicate";
                _subjects[digest] = isOwn ? Directions((string)truth["url"]!) : Width - 1 - (unknown++ % (Width / 2));
            }
        }

        public string Digest => "oracle";

        public int Width => 512;

        public Image Prepare(Image image) => image;

        public float[][] EmbedPrepared(IReadOnlyList<Image> prepared) => [.. prepared.Select(image =>
        {
            float[] vector = new float[Width];
            vector[_subjects[PixelDigest.Of(image)]] = 1;
            return vector;
        })];

        static int Directions(string url) => int.Parse(url[^12..^5], System.Globalization.CultureInfo.InvariantCulture);
    }
}
