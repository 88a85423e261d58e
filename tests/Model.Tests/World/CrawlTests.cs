using System.Text.Json;
using SuTI.Model.Imaging;
using SuTI.Model.World;
using SuTI.Model.World.Crawl;

namespace SuTI.Model.Tests.World;

/// <summary>The files of a crawl, its noise, and the truth about it.</summary>
[TestFixture]
public class CrawlTests
{
    static readonly SubjectWorld s_world = new(21);

    [Test]
    public void Without_noise_every_page_is_a_cluster_with_true_texts()
    {
        var pages = new CrawlPages(s_world, new() { Noise = 0, Size = 32 });
        for (int page = 0; page < 30; page++)
        {
            var pictures = pages.Page(page);
            Assert.That(pictures, Has.Count.InRange(3, 8));
            Assert.That(pictures.Select(picture => picture.Kind), Is.All.EqualTo(PictureKind.Subject));
            Assert.That(pictures.Select(picture => picture.Picture.Subject!.Index).Distinct().Count(), Is.EqualTo(1));
            Assert.That(pictures.All(picture => picture.IsTextUseful && picture.Text.EndsWith(picture.Text == picture.Picture.Prompt ? picture.Text : picture.Picture.Caption, StringComparison.Ordinal)));
        }
    }

    [Test]
    public void Noise_has_the_rates_it_declares()
    {
        const double Noise = 0.6;
        var rates = NoiseRates.Of(Noise);
        var pages = new CrawlPages(s_world, new() { Noise = Noise, Size = 32 });
        var all = Enumerable.Range(0, 220).SelectMany(page => pages.Page(page)).ToList();
        var later = all.Where(picture => picture.Kind != PictureKind.Mixed && picture.Position > 0).ToList();
        // Four standard deviations of the counts.
        Assert.Multiple(() =>
        {
            Near(Enumerable.Range(0, 3000).Count(page => pages.Layout(page).IsMixed), 3000, rates.MixedPage);
            Near(Enumerable.Range(0, 3000).Count(page => pages.Layout(page).Count < 3), 3000, rates.SmallPage);
            Near(later.Count(picture => picture.Kind == PictureKind.Foreign), later.Count, rates.Foreign);
            Near(later.Count(picture => picture.Kind == PictureKind.Duplicate), later.Count, rates.Duplicate);
            Near(all.Count(picture => !picture.IsTextUseful), all.Count, rates.UselessText + rates.WrongText);
        });

        static void Near(int count, int of, double rate)
            => Assert.That(count, Is.EqualTo(of * rate).Within(4 * Math.Sqrt(of * rate * (1 - rate))));
    }

    [Test]
    public void Foreign_pictures_show_something_else_and_copies_nearly_the_same()
    {
        var pages = new CrawlPages(s_world, new() { Noise = 1, Size = 32 });
        int copies = 0;
        for (int page = 0; page < 60; page++)
        {
            var pictures = pages.Page(page);
            foreach (var picture in pictures.Where(picture => picture.Kind == PictureKind.Foreign))
                Assert.That(picture.Picture.Subject?.Index, Is.Not.EqualTo(pictures[0].Picture.Subject!.Index));
            foreach (var copy in pictures.Where(picture => picture.Kind == PictureKind.Duplicate))
            {
                copies++;
                var origin = pictures[pages.Origin(page, false, copy.Position)].Picture;
                Assert.That(copy.Picture.Caption, Is.EqualTo(origin.Caption));
                Assert.That(copy.Picture.Pixels, Is.Not.EqualTo(origin.Pixels));
                // Fine patterns have nothing in common with themselves a pixel further: the best of all crops that there are.
                double best = (from x in Enumerable.Range(-1, 3) from y in Enumerable.Range(-1, 3) select Correlation(Inner(copy.Picture.Pixels, 0, 0), Inner(origin.Pixels, x, y))).Max();
                Assert.That(best, Is.GreaterThan(0.8), copy.ImagePath);
            }
        }
        Assert.That(copies, Is.GreaterThan(10));
    }

    [Test]
    public void Files_hold_what_was_drawn_and_the_truth_apart()
    {
        using var folder = new TemporaryFolder();
        CrawlOptions options = new() { Pages = 9, Size = 40, Noise = 0.5, OnePlace = 0.6 };
        var summary = CrawlWriter.Write(folder.File("crawl"), s_world, options);
        var crawl = Lines(folder.File("crawl/crawl.jsonl"));
        var truth = Lines(folder.File("crawl/truth.jsonl"));
        var drawn = Enumerable.Range(0, 9).SelectMany(page => new CrawlPages(s_world, options).Page(page)).ToList();
        Assert.That(crawl, Has.Count.EqualTo(summary.Pictures).And.Count.EqualTo(truth.Count).And.Count.EqualTo(drawn.Count));
        for (int i = 0; i < drawn.Count; i++)
        {
            Assert.That(crawl[i].EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "url", "image", "text" }));
            Assert.That(crawl[i].GetProperty("text").GetString(), Is.EqualTo(drawn[i].Text));
            Assert.That(truth[i].GetProperty("image").GetString(), Is.EqualTo(crawl[i].GetProperty("image").GetString()));
            Assert.That(truth[i].GetProperty("scene").GetString(), Is.EqualTo(drawn[i].Picture.Request.Scene.Name));
            Assert.That(truth[i].TryGetProperty("one_place", out _), Is.EqualTo(drawn[i].IsOnePlace));
            Assert.That(truth[i].TryGetProperty("subject", out var subject) ? subject.GetInt64() : (long?)null,
                Is.EqualTo(drawn[i].Picture.Subject?.Index));
            var image = ImageFile.Read(Path.Combine(folder.File("crawl"), crawl[i].GetProperty("image").GetString()!));
            Assert.That(image.Bytes.ToArray(), Is.EqualTo(drawn[i].Picture.Pixels));
        }
    }

    [Test]
    public void Pages_of_one_place_share_scene_layout_and_light_and_nothing_else()
    {
        const int Pages = 200;
        var pages = new CrawlPages(s_world, new() { Noise = 0.4, OnePlace = 0.6, Size = 32 });
        var without = new CrawlPages(s_world, new() { Noise = 0.4, OnePlace = 0, Size = 32 });
        var single = Enumerable.Range(0, Pages).Where(page => !pages.Layout(page).IsMixed).ToList();
        int placed = single.Count(page => pages.Place(page) is not null);
        Assert.That(placed, Is.EqualTo(single.Count * 0.6).Within(4 * Math.Sqrt(single.Count * 0.24)));
        var views = new HashSet<View>();
        for (int page = 0; page < 40; page++)
        {
            var drawn = pages.Page(page);
            var place = pages.Place(page);
            Assert.That(drawn.Select(picture => picture.Kind), Is.EqualTo(without.Page(page).Select(picture => picture.Kind)));
            if (place is null)
            {
                Assert.That(drawn.Select(picture => picture.Picture.Pixels), Is.EqualTo(without.Page(page).Select(picture => picture.Picture.Pixels)));
                Assert.That(drawn.Select(picture => picture.IsOnePlace), Is.All.False);
                continue;
            }
            var own = drawn.Where(picture => picture.Kind is PictureKind.Subject or PictureKind.Duplicate).ToList();
            Assert.That(own.Select(picture => (picture.Picture.Request.Scene, picture.Picture.Request.Lighting)),
                Is.All.EqualTo((place.Scene, place.Lighting)));
            Assert.That(own.Select(picture => picture.IsOnePlace), Is.All.True);
            Assert.That(own.Select(picture => WorldRequests.IsHeldOut(picture.Picture.Request)), Is.All.False);
            Assert.That(drawn.Except(own).Select(picture => picture.IsOnePlace), Is.All.False);
            var subjects = own.Where(picture => picture.Kind == PictureKind.Subject).ToList();
            Assert.That(subjects.Select(picture => picture.Picture.Scale).Distinct().Count(), Is.EqualTo(subjects.Count));
            views.UnionWith(subjects.Select(picture => picture.Picture.Request.View));
        }
        Assert.That(views, Has.Count.GreaterThan(4));
    }

    [Test]
    public void The_layout_of_a_place_is_the_same_behind_all_poses()
    {
        foreach (var scene in SuTI.Model.World.Scenes.AllScenes.All)
        {
            var request = new WorldRequest { Scene = scene, Place = 5 };
            var empty = s_world.Draw(null, request, 32, 1);
            Assert.That(s_world.Draw(null, request, 32, 2).Pixels, Is.EqualTo(empty.Pixels), scene.Name);
            Assert.That(s_world.Draw(null, request with { Place = null }, 32, 5).Pixels, Is.EqualTo(empty.Pixels), scene.Name);
        }
    }

    [Test]
    public void Without_pages_of_one_place_a_crawl_is_what_it_was_before_there_were_any()
    {
        using var folder = new TemporaryFolder();
        CrawlWriter.Write(folder.File("crawl"), s_world, new() { Pages = 12, Size = 32, Noise = 0.5, OnePlace = 0, Pose = PoseRange.Between(0.4f) });
        // Of the files as they were written then.
        Assert.That(Digest("crawl.jsonl"), Does.StartWith("cbbd3ed59fe3ec41"));
        Assert.That(Digest("truth.jsonl"), Does.StartWith("9a9de090f1f8ed8e"));

        string Digest(string name) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File($"crawl/{name}"))));
    }

    [TestCase(WorldSplit.Prompts), TestCase(WorldSplit.Classes)]
    public void Pages_of_one_place_keep_to_their_split(WorldSplit split)
    {
        var pages = new CrawlPages(s_world, new() { Noise = 0, OnePlace = 1, Size = 32, Split = split });
        foreach (var picture in Enumerable.Range(0, 12).SelectMany(pages.Page))
            Assert.That(WorldRequests.IsHeldOut(picture.Picture.Request), Is.EqualTo(split == WorldSplit.Prompts));
    }

    [Test]
    public void Any_picture_can_be_had_alone()
    {
        var pages = new CrawlPages(s_world, new() { Noise = 0.8, Size = 32 });
        var page = pages.Page(5);
        foreach (var picture in page.Reverse())
            Assert.That(pages.Picture(5, picture.Position).Picture.Pixels, Is.EqualTo(picture.Picture.Pixels));
    }

    [Test]
    public void Options_out_of_range_are_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        foreach (CrawlOptions options in (CrawlOptions[])[new() { Pages = 0 }, new() { Pages = int.MaxValue }, new() { Size = 31 },
            new() { Size = 513 }, new() { Noise = -0.1 }, new() { Noise = double.NaN },
            new() { OnePlace = 1.01 }, new() { OnePlace = double.NaN }])
            Assert.That(() => CrawlWriter.Write(folder.File("none"), s_world, options),
                Throws.InstanceOf<SutiException>().With.Message.Contains("out of range"));
        Assert.That(folder.Names(), Is.Empty);
        string file = folder.File("file", "text");
        Assert.That(() => CrawlWriter.Write(file, s_world, new() { Pages = 1 }), Throws.InstanceOf<SutiException>());
    }

    static List<JsonElement> Lines(string file) => [.. File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The pixels of a picture of 32 × 32 without its margin, from further right and below.</summary>
    static byte[] Inner(byte[] pixels, int x, int y)
        => [.. Enumerable.Range(1, 30).SelectMany(row => pixels.Skip(3 * (((row + y) * 32) + 1 + x)).Take(90))];

    static double Correlation(byte[] a, byte[] b)
    {
        double meanA = a.Average(value => (double)value), meanB = b.Average(value => (double)value), sum = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (a[i] - meanA) * (b[i] - meanB);
            squareA += (a[i] - meanA) * (a[i] - meanA);
            squareB += (b[i] - meanB) * (b[i] - meanB);
        }
        return sum / Math.Sqrt(Math.Max(squareA * squareB, 1e-9));
    }
}
