using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Mining;
using SuTI.Model.World;
using SuTI.Model.World.Crawl;

namespace SuTI.Model.Tests.Subjects;

public class SubjectTextTests
{
    [TestCase("a photo of a red robot", "red robot")]
    [TestCase("An oil painting of a close-up of the Old Teapot on a table", "old teapot")]
    [TestCase("pixel art of a robot in the fog", "robot")]
    [TestCase("Corgi dog - buy now!", "corgi dog")]
    [TestCase("cup of tea on a table", "cup of tea")]
    [TestCase("IMG_0231.jpg", "")]
    [TestCase("DSC05423", "")]
    [TestCase("click to enlarge", "")]
    [TestCase("https://shop.example/a?b=1 berry bowl, blue", "berry bowl")]
    [TestCase("", "")]
    [TestCase("— | —", "")]
    [TestCase("of of of of", "of of of of")]
    [TestCase("Fancy boot 12m 30cm | Shop", "fancy boot")]
    public void A_text_begins_with_its_subject(string text, string expected) => Assert.That(SubjectTexts.Phrase(text), Is.EqualTo(expected));

    [Test]
    public void The_phrase_that_most_texts_end_in_is_the_subject()
    {
        Check("red striped robot", "robot", "a red striped robot on a beach", "a robot", "a photo of a red striped robot at night", "IMG_1.jpg");
        // A colour that one picture was given is no part of the subject.
        Check("robot", "robot", "a robot", "a golden robot in a forest", "a robot on a beach");
        Check("polar bear", "polar bear", "a white polar bear", "a polar bear", "a polar bear in the snow");
        Check("robot", "robot", "a robot", "an owl", "a robot by the sea");
        Check("", "", "a robot", "an owl", "a teapot");
        Check("", "", "buy now", "image");
        Check("red robot", "robot", "a red robot");
    }

    [Test]
    public void Texts_of_drawn_pages_name_their_class()
    {
        var pages = new CrawlPages(new SubjectWorld(7), new() { Pages = 150, Size = 32, Noise = 0.3 });
        int right = 0, all = 0, silent = 0;
        for (int page = 0; page < 150; page++)
        {
            if (pages.Layout(page) is { IsMixed: true } or { Count: < 3 })
                continue;
            var pictures = pages.Page(page);
            var (_, noun) = SubjectTexts.Of([.. pictures.Select(picture => picture.Text)]);
            all++;
            silent += noun.Length == 0 ? 1 : 0;
            right += noun == pictures[0].Picture.Subject!.Class.Name ? 1 : 0;
        }
        TestContext.Out.WriteLine($"{right} of {all} right, {silent} silent");
        Assert.That(right, Is.GreaterThan(all * 9 / 10));
    }

    [Test]
    public void A_captioner_gets_the_clusters_and_its_words_come_back()
    {
        using var folder = new TemporaryFolder();
        using var run = RunCatalogue.OpenOrCreate(folder.Root);
        Clusters.Add(run, 2);
        run.Clusters.Describe(2, "", "");
        string[] lines = File.ReadAllLines(SubjectHandover.Write(run));
        Assert.That(lines, Has.Length.EqualTo(2));
        var first = System.Text.Json.Nodes.JsonNode.Parse(lines[0])!;
        Assert.That((string)first["url"]!, Is.EqualTo(Clusters.Make(1).Url));
        Assert.That((string)first["images"]![0]!, Is.EqualTo(Path.Combine(folder.Root, "clusters/1-0.png")));
        Assert.That(first["texts"]!.AsArray(), Has.Count.EqualTo(3));
        string answer = folder.File("answer.jsonl", $$"""
            {"url":"{{Clusters.Make(2).Url}}","subject":"Hey duggee toy"}
            {"url":"{{Clusters.Make(1).Url}}","subject":"tin robot","noun":"robot"}
            {"url":"nobody","subject":"x"}
            {"url":"{{Clusters.Make(1).Url}}","subject":"  "}
            {"url":"{{Clusters.Make(1).Url}}","subject":"a\u001bb"}
            {"url":"{{Clusters.Make(1).Url}}"}
            nonsense
            """);
        Assert.That(SubjectHandover.Read(run, answer), Is.EqualTo(new HandoverSummary(2, 1, 4)));
        Assert.That((run.Clusters.Find(2)!.Subject, run.Clusters.Find(1)!.Subject), Is.EqualTo(("Hey duggee toy", "tin robot")));
        Assert.That(() => SubjectHandover.Read(run, folder.File("none")), Throws.InstanceOf<SutiException>());
    }

    static void Check(string subject, string noun, params string[] texts) => Assert.That(SubjectTexts.Of(texts), Is.EqualTo((subject, noun)));
}
