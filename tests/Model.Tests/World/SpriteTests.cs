using SuTI.Model.Imaging;
using SuTI.Model.World;
using SuTI.Model.World.Crawl;
using SuTI.Model.World.Sprites;

namespace SuTI.Model.Tests.World;

/// <summary>Drawn subjects from a folder, which need not be trusted.</summary>
[TestFixture]
public class SpriteTests
{
    [Test]
    public void Sprites_are_subjects_of_the_world()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, 40);
        var sprites = SpriteFolder.Open(folder.Root);
        Assert.That(sprites.Count, Is.EqualTo(40));
        var world = new SubjectWorld(1, sprites);
        var subject = world.Subject(WorldSplit.Train, 0);
        var picture = world.Draw(subject, new() { Pose = PoseRange.Easy }, 64, 4);
        double share = picture.Mask.Sum(mask => mask / 255.0) / (64 * 64);
        Assert.That(picture.Prompt, Is.EqualTo($"a {subject.Class.Name} on a plain background"));
        // The sprite is a square that fills its picture.
        Assert.That(share, Is.EqualTo(picture.Scale * picture.Scale).Within(4).Percent);
        Assert.That(world.Draw(subject, new() { Edit = WorldRequests.Edits[5] }, 64, 4).Caption, Does.StartWith("a blue thing"));
        Assert.That(Enumerable.Range(0, 200).Select(i => world.SplitOf(world.Subject(WorldSplit.Subjects, i))),
            Is.All.EqualTo(WorldSplit.Subjects));
    }

    [Test]
    public void Both_kinds_are_mixed_by_the_share()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, 12);
        var world = new SubjectWorld(1, SpriteFolder.Open(folder.Root), 0.25);
        int drawn = Enumerable.Range(0, 2000).Count(i => world.Subject(WorldSplit.Train, i).Class.Name.StartsWith("thing",
            StringComparison.Ordinal));
        Assert.That(drawn, Is.EqualTo(500).Within(80));
        Assert.That(() => new SubjectWorld(1, null, 2).Subject(0), Throws.Nothing);
        Assert.That(() => new SubjectWorld(1, SpriteFolder.Open(folder.Root), 1.5),
            Throws.InstanceOf<SutiException>().With.Message.Contains("0 to 1"));
    }

    [Test]
    public void One_sprite_alone_makes_a_crawl()
    {
        using var folder = new TemporaryFolder();
        Fill(folder, 1);
        var summary = CrawlWriter.Write(folder.File("crawl"), new(1, SpriteFolder.Open(folder.Root)),
            new() { Pages = 4, Size = 32, Noise = 1 });
        Assert.That(summary.Pictures, Is.GreaterThan(0));
    }

    [TestCase("", "at least one line")]
    [TestCase("{\"file\":\"../secret.png\",\"noun\":\"thing\"}", "within its folder")]
    [TestCase("{\"file\":\"/etc/passwd\",\"noun\":\"thing\"}", "within its folder")]
    [TestCase("{\"file\":\"a/./b.png\",\"noun\":\"thing\"}", "within its folder")]
    [TestCase("{\"file\":\"a\\\\b.png\",\"noun\":\"thing\"}", "within its folder")]
    [TestCase("{\"file\":\"\",\"noun\":\"thing\"}", "within its folder")]
    [TestCase("{\"file\":\"0.png\"}", "required")]
    [TestCase("{\"file\":\"0.png\",\"noun\":\"\"}", "short phrase")]
    [TestCase("{\"file\":\"0.png\",\"noun\":\"a\\nb\"}", "short phrase")]
    [TestCase("{\"file\":7,\"noun\":\"thing\"}", "wrong kind")]
    [TestCase("{\"file\":\"missing.png\",\"noun\":\"thing\"}", "missing.png")]
    [TestCase("{\"file\":\"text.png\",\"noun\":\"thing\"}", "text.png")]
    [TestCase("{\"file\":\"clear.png\",\"noun\":\"thing\"}", "opaque pixel")]
    [TestCase("{\"file\":\"large.png\",\"noun\":\"thing\"}", "512")]
    [TestCase("[1, 2]", "a JSON object"), TestCase("{\"file\":", "not valid JSON")]
    public void Hostile_lists_are_refused_with_the_reason(string line, string reason)
    {
        using var folder = new TemporaryFolder();
        Fill(folder, 1);
        folder.File("text.png", "no picture");
        ImageFile.WritePng(folder.File("clear.png"), new Image(8, 8, 4, new byte[8 * 8 * 4]));
        ImageFile.WritePng(folder.File("large.png"), new Image(600, 2, 3, new byte[600 * 2 * 3]));
        folder.File("sprites.jsonl", line + "\n");
        Assert.That(() => SpriteFolder.Open(folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains(reason));
    }

    [Test]
    public void A_folder_without_a_list_or_with_endless_lines_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => SpriteFolder.Open(folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("sprites.jsonl"));
        Fill(folder, 1);
        folder.File("sprites.jsonl", $"{{\"file\":\"0.png\",\"noun\":\"{new string('x', 70_000)}\"}}");
        Assert.That(() => SpriteFolder.Open(folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("too long"));
        folder.File("sprites.jsonl", string.Concat(Enumerable.Repeat("{\"file\":\"0.png\",\"noun\":\"x\"}\n", 20_001)));
        Assert.That(() => SpriteFolder.Open(folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("too many"));
    }

    // Squares of different colours, one a sprite.
    static void Fill(TemporaryFolder folder, int count)
    {
        for (int sprite = 0; sprite < count; sprite++)
        {
            byte[] pixels = new byte[16 * 16 * 4];
            for (int i = 0; i < 16 * 16; i++)
                new byte[] { (byte)(sprite * 37), (byte)(255 - (sprite * 11)), 90, 255 }.CopyTo(pixels, 4 * i);
            ImageFile.WritePng(folder.File($"{sprite}.png"), new Image(16, 16, 4, pixels));
        }
        folder.File("sprites.jsonl", string.Concat(Enumerable.Range(0,
            count).Select(i => $"{{\"file\":\"{i}.png\",\"noun\":\"thing {i}\",\"category\":\"test\"}}\n")));
    }
}
