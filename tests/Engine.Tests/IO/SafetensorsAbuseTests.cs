using System.Buffers.Binary;

namespace SuTI.Engine.Tests.IO;

/// <summary>The known ways to abuse a reader of this format, each as the file it came as.</summary>
public class SafetensorsAbuseTests
{
    const string One = """{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""";

    [TestCase(100_000_001UL)]
    [TestCase(1UL << 40)]
    [TestCase(1UL << 63)]
    [TestCase(ulong.MaxValue)]
    [TestCase(ulong.MaxValue - 7)]
    public void Header_length_beyond_the_limit(ulong length) =>
        Expect(SafetensorsRule.HeaderTooLong, WithLength(SafetensorsBytes.File(One, 16), length));

    [TestCase(1000UL)]
    [TestCase(100_000_000UL)]
    public void Header_length_beyond_the_file(ulong length) =>
        Expect(SafetensorsRule.HeaderBeyondFile, WithLength(SafetensorsBytes.File(One, 16), length));

    [Test]
    public void The_same_tensor_twice() => Expect(SafetensorsRule.DuplicateKey, SafetensorsBytes.File(
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}
        """, 4));

    [Test]
    public void A_thousand_tensors_on_the_same_bytes()
    {
        string entries = string.Join(',', Enumerable.Range(0, 1000).Select(i =>
            $$"""
            "t{{i}}":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}
            """.Trim()));
        Expect(SafetensorsRule.Overlap, SafetensorsBytes.File($"{{{entries}}}", 16));
    }

    [Test]
    public void Another_format_in_a_hole_between_tensors() => Expect(SafetensorsRule.Hole, SafetensorsBytes.File(
        """
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[100,102]}}
        """, 102));

    [Test]
    public void Another_format_behind_the_data() => Expect(SafetensorsRule.TrailingBytes,
        [.. SafetensorsBytes.File(One, 16), .. "PK\x05\x06"u8, .. new byte[18]]);

    [Test]
    public void Offsets_out_of_range() => Expect(SafetensorsRule.OffsetsBeyondData, SafetensorsBytes.File(
        """{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,1000016]}}""", 16));

    // 2⁴⁰ · 2²⁴ · 4 bytes wrap to 0 in 64 bits, which is just what the offsets span.
    [TestCase("""{"a":{"dtype":"F32","shape":[1099511627776,16777216],"data_offsets":[0,0]}}""")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""")]
    [TestCase("""{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""")]
    [TestCase("""{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}""")]
    public void A_product_that_overflows_to_the_span(string header) =>
        Expect(SafetensorsRule.SizeOverflow, SafetensorsBytes.File(header));

    // The file that aborted stable-diffusion.cpp (leejet/stable-diffusion.cpp, issue 1396): F64 [4] on 16 bytes.
    [Test]
    public void The_file_of_91_bytes()
    {
        byte[] file = SafetensorsBytes.File(
            """{"weight": {"dtype": "F64", "shape": [4], "data_offsets": [0, 16]}}""", 16);
        Assert.That(file, Has.Length.EqualTo(91));
        Expect(SafetensorsRule.SizeMismatch, file);
    }

    // Also from there (issue 1395): four bytes that are no JSON.
    [Test]
    public void A_header_that_is_no_json_at_all() =>
        Expect(SafetensorsRule.HeaderStart, SafetensorsBytes.File("XXXX", 4));

    [Test]
    public void A_million_brackets_nest_no_deeper_than_the_limit() => Expect(SafetensorsRule.EntryNotObject,
        SafetensorsBytes.File("{\"a\":" + new string('[', 1_000_000)));

    static void Expect(SafetensorsRule rule, byte[] file)
    {
        SafetensorsException refusal = SafetensorsBytes.Refusal(file);
        Assert.That(refusal.BrokenRule, Is.EqualTo(rule), refusal.Message);
    }

    static byte[] WithLength(byte[] file, ulong length)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        return file;
    }
}
