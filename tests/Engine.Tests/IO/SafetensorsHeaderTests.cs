using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

public class SafetensorsHeaderTests
{
    [Test]
    public void An_empty_header_is_a_file_without_tensors()
    {
        SafetensorsHeader header = SafetensorsBytes.Parse(SafetensorsBytes.File("{}"));
        Assert.That(header.ByName, Is.Empty);
        Assert.That(header.DataStart, Is.EqualTo(10));
    }

    [Test]
    public void Scalars_and_empty_tensors_take_their_places()
    {
        SafetensorsHeader header = SafetensorsBytes.Parse(SafetensorsBytes.File(
            """
            {"s":{"dtype":"F32","shape":[],"data_offsets":[1,5]},
             "e":{"dtype":"F64","shape":[0,4],"data_offsets":[1,1]},
             "b":{"data_offsets":[0,1],"shape":[1],"dtype":"BOOL"},
             "z":{"dtype":"I64","shape":[3,0],"data_offsets":[5,5]}}
            """, 5));
        Assert.That(header.InDataOrder.Select(entry => entry.ToString()),
            Is.EqualTo(new[] { "b BOOL [1]", "e F64 [0, 4]", "s F32 []", "z I64 [3, 0]" }));
        Assert.That(header.ByName["s"].ElementCount, Is.EqualTo(1));
        Assert.That(header.ByName["e"].ElementCount, Is.Zero);
    }

    [Test]
    public void Every_dtype_of_the_format_has_its_name_and_size()
    {
        Assert.That(SafetensorsTypes.All, Is.EqualTo(Enum.GetValues<SafetensorsType>()));
        foreach (SafetensorsType type in SafetensorsTypes.All)
        {
            Assert.That(type.FormatName(), Is.EqualTo(type.ToString()));
            int bytes = 3 * type.ElementBytes();
            SafetensorsHeader header = SafetensorsBytes.Parse(SafetensorsBytes.File(
                $$$"""{"a":{"dtype":"{{{type}}}","shape":[3],"data_offsets":[0,{{{bytes}}}]}}""", bytes));
            Assert.That(header.ByName["a"].Type, Is.EqualTo(type));
        }
        int Bits(SafetensorsType type) => int.Parse(type.ToString().TrimStart('B', 'C', 'F', 'I', 'U').Split('_')[0]);
        Assert.That(SafetensorsTypes.All.Skip(1).Where(type => type.ElementBytes() * 8 != Bits(type)), Is.Empty);
        Assert.That(SafetensorsType.BOOL.ElementBytes(), Is.EqualTo(1));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(16_383)]
    [TestCase(16_384)]
    [TestCase(1_000_000)]
    public void Padding_of_any_length_is_white_space(int spaces)
    {
        string header = """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""" + new string(' ', spaces);
        Assert.That(SafetensorsBytes.Parse(SafetensorsBytes.File(header, 2)).ByName, Contains.Key("a"));
    }

    // The header is read through a window: tokens must survive wherever its edge cuts them.
    [Test]
    public void Tokens_cut_by_the_window_are_whole([Range(16_300, 16_400, 7)] int shift)
    {
        string filler = new('v', shift);
        SafetensorsHeader header = SafetensorsBytes.Parse(SafetensorsBytes.File(
            $$$"""
            {"__metadata__":{"k":"{{{filler}}}"},"näme\u00e9":{"dtype":"BF16","shape":[12,34],"data_offsets":[0,816]}}
            """, 816));
        Assert.That(header.Metadata["k"], Is.EqualTo(filler));
        Assert.That(header.ByName["nämeé"].ToString(), Is.EqualTo("nämeé BF16 [12, 34]"));
    }

    [Test]
    public void A_stream_shorter_than_the_file_claims_is_refused()
    {
        byte[] file = SafetensorsBytes.File("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2);
        SafetensorsException refusal = Assert.Throws<SafetensorsException>(
            () => SafetensorsHeader.Read(new MemoryStream(file[..20]), file.Length, "f"))!;
        Assert.That(refusal.BrokenRule, Is.EqualTo(SafetensorsRule.HeaderBeyondFile));
    }

    // Twice the file and 16 MiB: the bound of SafetensorsLimits, on the headers that cost most per byte.
    [TestCase("tensors")]
    [TestCase("long names")]
    [TestCase("metadata keys")]
    [TestCase("metadata value")]
    [TestCase("broken at once")]
    public void What_a_header_allocates_is_bounded_by_the_file(string kind)
    {
        byte[] file = SafetensorsBytes.File(CostlyHeader(kind));
        SafetensorsHeader? header = null;
        var stream = new MemoryStream(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            header = SafetensorsHeader.Read(stream, file.Length, "f");
        }
        catch (SafetensorsException) when (kind == "broken at once")
        {
            Assert.That(stream.Position, Is.LessThan(20_000));
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Out.WriteLine($"{kind}: {allocated} bytes for a file of {file.Length}");
        Assert.That(header is null, Is.EqualTo(kind == "broken at once"));
        Assert.That(allocated, Is.LessThan(2L * file.Length + (16 << 20)));
    }

    static string CostlyHeader(string kind)
    {
        string Entries(int nameLength) => string.Join(',', Enumerable.Range(0, SafetensorsLimits.Tensors).Select(i =>
            $$"""
            "{{i.ToString().PadLeft(nameLength, 'n')}}":{"dtype":"U8","shape":[0,1,1,1,1,1,1,1],"data_offsets":[0,0]}
            """.Trim()));
        return kind switch
        {
            "tensors" => $"{{{Entries(1)}}}",
            "long names" => $"{{{Entries(SafetensorsLimits.NameBytes)}}}",
            "metadata keys" => "{\"__metadata__\":{" + string.Join(',',
                Enumerable.Range(0, SafetensorsLimits.MetadataKeys).Select(i => $"\"{i:x}\":\"v\"")) + "}}",
            "metadata value" =>
                $$$"""{"__metadata__":{"a":"{{{new string('v', SafetensorsLimits.MetadataBytes - 1)}}}"}}""",
            _ => "{\"a\":0," + new string(' ', 90_000_000) + "}",
        };
    }
}
