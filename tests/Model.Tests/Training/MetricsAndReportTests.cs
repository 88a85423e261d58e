using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

public partial class MetricsAndReportTests : LeakCheck
{
    TemporaryFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void Metrics_are_cut_back_to_the_resumed_step_and_at_a_line_that_is_cut_off()
    {
        string path = _folder.File("metrics.jsonl");
        using (var metrics = MetricsFile.Open(path, 0))
        {
            for (int step = 1; step <= 5; step++)
                metrics.Append(step, [new("loss", step / 3.0), new("a \"name\"", double.NaN)]);
        }
        byte[] whole = File.ReadAllBytes(path);
        Assert.That(File.ReadLines(path).First(), Is.EqualTo("""{"step":1,"loss":0.3333333333333333,"a \"name\"":"NaN"}"""));
        int[] ends = [.. MetricsFile.Read(path).Select(line => (int)line.End)];
        Assert.That(ends, Has.Length.EqualTo(5).And.ItemAt(4).EqualTo(whole.Length));
        for (int cut = 0; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(path, whole[..cut]);
            MetricsFile.Open(path, 4).Dispose();
            Assert.That(new FileInfo(path).Length, Is.EqualTo(ends[..4].LastOrDefault(end => end <= cut)), $"cut at {cut}");
        }
    }

    [Test]
    public void Every_step_of_a_run_has_one_line_of_its_own()
    {
        TinyRun.GoUntil(5, _folder.File("run"));
        TinyRun.Go(_folder.File("run"));
        var lines = MetricsFile.Read(_folder.File("run/metrics.jsonl")).Where(line => line.Values[0].Key == "loss").ToList();
        Assert.That(lines.Select(line => line.Step), Is.EqualTo(Enumerable.Range(1, 20)));
        Assert.That(lines[0].Values.Select(value => value.Key), Is.EqualTo(
            new[] { "loss", "learning_rate", "gradient_norm", "images_per_second", "seconds", "peak_bytes", "skipped", "pull" }));
        Assert.That(lines.Select(line => line.Values[4].Value), Is.Ordered, "seconds go on over invocations");
    }

    [Test]
    public void The_report_is_well_formed_stands_alone_and_has_all_its_parts()
    {
        TinyRun.Go(_folder.File("run"));
        string text = File.ReadAllText(_folder.File("run/report.html"));
        var page = Parse(text);
        XNamespace html = "http://www.w3.org/1999/xhtml";
        Assert.Multiple(() =>
        {
            foreach (string title in (string[])["loss", "learning_rate", "gradient_norm", "images_per_second", "pull", "probe/loss"])
                Assert.That(page.Descendants(html + "h3").Count(h3 => h3.Value == title), Is.EqualTo(1), title);
            Assert.That(page.Descendants(html + "polyline").Count(), Is.EqualTo(6));
            var images = page.Descendants(html + "img").Select(image => image.Attribute("src")!.Value).ToList();
            Assert.That(images, Has.Count.EqualTo(2).And.All.StartsWith("data:image/png;base64,iVBORw0KGgo"));
            Assert.That(page.Descendants().Attributes().Where(a => a.Name.LocalName is "src" or "href" or "srcset" && !a.Value.StartsWith("data:", StringComparison.Ordinal)), Is.Empty);
            Assert.That(page.Descendants().Where(element => element.Name.LocalName is "script" or "link" or "iframe" or "object"), Is.Empty);
            Assert.That(Urls().Matches(text.Replace(html.NamespaceName, "", StringComparison.Ordinal)), Is.Empty);
            foreach (string part in (string[])["Finished", "training.optimizer.learning_rate", "Processor", "peak memory, cpu", "images a second", "prefers-color-scheme: dark"])
                Assert.That(text, Does.Contain(part));
        });
        // What a curve shows: the places of the first and the last loss, in the order of the values.
        foreach (var points in page.Descendants(html + "polyline").Select(line => line.Attribute("points")!.Value))
        {
            foreach (string point in points.Split(' '))
            {
                double[] place = [.. point.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
                Assert.That(place[0], Is.InRange(62, 622));
                Assert.That(place[1], Is.InRange(14, 226));
            }
        }
    }

    [Test]
    public void Texts_from_outside_are_texts_in_the_report()
    {
        string hostile = "<script>alert('x')</script>&amp; \u0001\u202e";
        Assert.That(Parse(Html.Page(hostile, Html.Section(hostile, Html.Table([(hostile, hostile, true)])))).Descendants()
            .Where(element => element.Name.LocalName == "script"), Is.Empty);
    }

    [TestCase(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    [TestCase(-3, 12, "−5 0 5 10 15")]
    [TestCase(0.001, 0.5, "0.001 0.01 0.1 1")]
    [TestCase(0, 0, "−1 −0.5 0 0.5 1")]
    [TestCase(0, 25000, "0 5000 10k 15k 20k 25k")]
    public void Axes_have_round_marks(double least, double most, string marks)
    {
        var axis = Axis.Of(least, most, 5, mayBeLogarithmic: true);
        Assert.That(string.Join(' ', axis.Marks.Select(Axis.Label)), Is.EqualTo(marks));
        Assert.That(axis.Place(least), Is.InRange(0, 1));
        Assert.That(axis.Place(most), Is.InRange(axis.Place(least), 1));
    }

    static XDocument Parse(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text), new() { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    [GeneratedRegex("https?:|url\\(|@import")]
    private static partial Regex Urls();
}
