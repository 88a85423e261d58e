using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Mining;

namespace SuTI.Model.Tests.Subjects;

/// <summary>Crawls that are broken or mean harm: what can be read is read, the rest is counted.</summary>
public class HostileCrawlTests
{
    TemporaryFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Bad_lines_are_counted_and_the_others_read()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000);
        string[] lines =
        [
            Line("u1", "a.png"), "", "not json", "[]", "{}", "{\"url\":5,\"image\":\"a.png\"}", "{\"url\":\"u\",\"image\":\"\"}", "{\"url\":\"\",\"image\":\"a\"}",
            deep, Line("u1", "../secret.png"), Line("u1", "/etc/passwd"), Line("u1", "a/../../b.png"), Line("u1", new string('x', 5000)),
            Line(new string('u', 3000), "a.png"), Line("u2", "b.png", new string('t', 2_000_000)), Line("u3", "c.png", new string('t', 10_000)),
            "{\"url\":\"u4\",\"image\":\"d.png\",\"text\":\"\\ud800\"}", Line("u5", "e.png", "two\nlines\u001b[31m"), Line("u6", "last.png"),
        ];
        _folder.File("crawl.jsonl", string.Join('\n', lines));
        var crawl = Crawl.Open(_folder.Root);
        var entries = crawl.Entries().ToList();
        Assert.That(entries.Select(entry => entry.Source), Is.EqualTo(["a.png", "c.png", "e.png", "last.png"]));
        Assert.That(entries[1].Text, Has.Length.EqualTo(4096));
        Assert.That(entries[2].Text, Is.EqualTo("two lines [31m"));
        Assert.That((crawl.Faults.BadLines, crawl.Faults.BadPaths), Is.EqualTo((10, 4)));
    }

    [Test]
    public void A_line_without_end_takes_no_memory_of_its_size()
    {
        string path = _folder.File("crawl.jsonl");
        using (var file = File.Create(path))
            file.SetLength(1L << 30);
        var crawl = Crawl.Open(path);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(crawl.Entries(), Is.Empty);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 << 20));
        Assert.That(crawl.Faults.BadLines, Is.EqualTo(1));
    }

    [Test]
    public void What_is_no_crawl_is_refused()
    {
        Assert.That(() => Crawl.Open(_folder.File("none")), Throws.InstanceOf<SutiException>().With.Message.Contains("missing"));
        Assert.That(() => Crawl.Open(_folder.Root), Throws.InstanceOf<SutiException>().With.Message.Contains("holds no crawl"));
        Assert.That(() => Crawl.Open(_folder.File("a.zip", "x")), Throws.InstanceOf<SutiException>().With.Message.Contains(".jsonl or .tar"));
    }

    [TestCase(TarEntryFormat.Ustar), TestCase(TarEntryFormat.Pax), TestCase(TarEntryFormat.Gnu)]
    public void Shards_of_each_kind_give_pictures_with_their_texts(TarEntryFormat format)
    {
        string folder = format == TarEntryFormat.Ustar ? "shard" : string.Join('/', Enumerable.Repeat("a-long-name-of-a-folder", 9));
        var images = Enumerable.Range(0, 3).Select(i => ImageFile.EncodePng(DrawnCrawl.Picture(i, 99, 99, 99))).ToList();
        Tar("0.tar", format, $"{folder}/000.png", images[0], $"{folder}/000.json", Json("u1", "a robot"), $"{folder}/001.jpg", images[1], $"{folder}/001.txt",
            "a cat"u8.ToArray(), $"{folder}/001.url", "u2\n"u8.ToArray());
        Tar("1.tar", format, $"{folder}/002.json", """{"url":"u1","caption":"a dog"}"""u8.ToArray(), $"{folder}/002.png", images[2],
            $"{folder}/003.json", Json("u1", "no picture"), $"{folder}/004.cls", "5"u8.ToArray());
        var crawl = Crawl.Open(_folder.Root);
        var entries = crawl.Entries().ToList();
        Assert.That(entries.Select(entry => (entry.Url, entry.Text, entry.Source)),
            Is.EqualTo([("u1", "a robot", "0.tar"), ("u2", "a cat", "0.tar"), ("u1", "a dog", "1.tar")]));
        for (int i = 0; i < 3; i++)
            Assert.That(crawl.Bytes(entries[i]), Is.EqualTo(images[i]));
        Assert.That((crawl.Faults.BadLines, crawl.Faults.Unmatched, crawl.Faults.BrokenShards), Is.EqualTo((2, 1, 0)));
    }

    [Test]
    public void Links_and_paths_that_escape_are_left_out()
    {
        byte[] image = ImageFile.EncodePng(DrawnCrawl.Picture(1, 99, 99, 99));
        using (var file = File.Create(_folder.File("0.tar")))
        using (var tar = new TarWriter(file, TarEntryFormat.Ustar))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "a.png") { LinkName = "/etc/passwd" });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.HardLink, "b.png") { LinkName = "../x" });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "folder/"));
            foreach (string name in (ReadOnlySpan<string>)["../up.png", "/root.png", "x/../../y.png"])
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(image) });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "./good.png") { DataStream = new MemoryStream(image) });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "./good.json") { DataStream = new MemoryStream(Json("u", "t")) });
        }
        var crawl = Crawl.Open(_folder.File("0.tar"));
        Assert.That(crawl.Bytes(crawl.Entries().Single()), Is.EqualTo(image));
        Assert.That((crawl.Faults.Links, crawl.Faults.BadPaths), Is.EqualTo((2, 3)));
        Assert.That(_folder.Names(), Is.EqualTo(["0.tar"]));
    }

    [Test]
    public void A_shard_cut_anywhere_gives_what_came_before()
    {
        byte[] image = ImageFile.EncodePng(DrawnCrawl.Picture(1, 99, 99, 99));
        Tar("whole.tar", TarEntryFormat.Pax, "0.png", image, "0.json", Json("u", "a"), "1.png", image, "1.json", Json("u", "b"));
        byte[] whole = File.ReadAllBytes(_folder.File("whole.tar"));
        File.Delete(_folder.File("whole.tar"));
        int before = 0;
        for (int length = 0; length < whole.Length; length += 101)
        {
            var crawl = Crawl.Open(_folder.File("cut.tar", whole[..length]));
            int count = crawl.Entries().Count();
            Assert.That(count, Is.GreaterThanOrEqualTo(before).And.LessThanOrEqualTo(2));
            // The archive ends with two empty blocks, of which one is enough.
            Assert.That(crawl.Faults.BrokenShards, Is.EqualTo(length < whole.Length - 512 ? 1 : 0), $"{length}");
            before = count;
        }
        Assert.That(before, Is.EqualTo(2));
    }

    [Test]
    public void A_shard_with_any_byte_changed_is_read_or_counted()
    {
        byte[] image = ImageFile.EncodePng(DrawnCrawl.Picture(1, 99, 99, 99));
        Tar("whole.tar", TarEntryFormat.Gnu, new string('n', 200) + "/0.png", image, "1.png", image, "1.json", Json("u", "b"));
        byte[] whole = File.ReadAllBytes(_folder.File("whole.tar"));
        var random = new Random(3);
        for (int i = 0; i < 1500; i++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(whole.Length)] = (byte)random.Next(256);
            var crawl = Crawl.Open(_folder.File("changed.tar", bytes));
            Assert.That(() => crawl.Entries().Select(crawl.Bytes).Count(), Throws.Nothing);
        }
    }

    [TestCase("77777777777"), TestCase("\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    public void Sizes_beyond_the_file_allocate_nothing(string size)
    {
        byte[] header = new byte[512];
        "0.json"u8.CopyTo(header);
        Encoding.Latin1.GetBytes(size).CopyTo(header, 124);
        header[156] = (byte)'x';
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(value => value), 8),6}\0 ".Replace("  ", " ", StringComparison.Ordinal)).CopyTo(header, 148);
        var crawl = Crawl.Open(_folder.File("0.tar", header));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(crawl.Entries(), Is.Empty);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
        Assert.That(crawl.Faults.BrokenShards, Is.EqualTo(1));
    }

    static string Line(string url, string image, string text = "t") => JsonSerializer.Serialize(new { url, image, text });

    static byte[] Json(string url, string text) => JsonSerializer.SerializeToUtf8Bytes(new { url, text });

    void Tar(string name, TarEntryFormat format, params object[] members)
    {
        using var file = File.Create(_folder.File(name));
        using var tar = new TarWriter(file, format);
        for (int i = 0; i < members.Length; i += 2)
        {
            string path = (string)members[i];
            TarEntry entry = format switch
            {
                TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, path),
                TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, path),
                _ => new PaxTarEntry(TarEntryType.RegularFile, path),
            };
            entry.DataStream = new MemoryStream((byte[])members[i + 1]);
            tar.WriteEntry(entry);
        }
    }
}
