using System.Text;
using SuTI.Engine.IO;
using static SuTI.Engine.SafetensorsRule;

namespace SuTI.Engine.Tests.IO;

public class SafetensorsRuleTests
{
    static readonly string s_longName = new('n', SafetensorsLimits.NameBytes + 1);

    static readonly string[] s_notPlain =
        ["-1", "-0", "1.0", "1e0", "9223372036854775808", "1e400", "\"1\"", "null", "[1]"];

    static IEnumerable<TestCaseData> Broken()
    {
        yield return Case(HeaderStart, "", 0);
        yield return Case(HeaderStart, " {}", 0);
        yield return Case(HeaderStart, "[]", 0);
        yield return Case(HeaderStart, "\uFEFF{}", 0);
        yield return Case(HeaderNotJson, "{", 0);
        yield return Case(HeaderNotJson, "{}{}", 0);
        yield return Case(HeaderNotJson, "{}\0", 0);
        yield return Case(HeaderNotJson, "{,}", 0);
        yield return Case(HeaderNotJson, "{/**/}", 0);
        yield return Case(HeaderNotJson, "{'a':1}", 0);
        yield return Case(HeaderNotJson, """{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}""", 1);
        yield return Case(HeaderNotJson, """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},}""", 1);
        yield return Case(HeaderNotUnicode, """{"__metadata__":{"a":"\ud800"}}""", 0);
        yield return Case(HeaderNotUnicode, """{"\udc00":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0);
        yield return Case(NameTooLong, $$$"""{"{{{s_longName}}}":{}}""", 0);
        yield return Case(DuplicateKey, $$"""{{{Entry("a", 0, 1)}},{{Entry("a", 0, 1)}}}""", 1);
        yield return Case(DuplicateKey, $$"""{{{Entry("a", 0, 1)}},{{Entry("\\u0061", 0, 1)}}}""", 1);
        yield return Case(DuplicateKey, """{"__metadata__":{},"__metadata__":{}}""", 0);
        yield return Case(DuplicateKey, """{"__metadata__":{"k":"1","k":"2"}}""", 0);
        yield return Case(DuplicateField, """{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1);
        yield return Case(DuplicateField, """{"a":{"shape":[],"shape":[1],"dtype":"U8","data_offsets":[0,1]}}""", 1);
        yield return Case(DuplicateField, """{"a":{"data_offsets":[0,1],"data_offsets":[0,1]}}""", 1);
        yield return Case(MetadataNotStrings, """{"__metadata__":{"a":1}}""", 0);
        yield return Case(MetadataNotStrings, """{"__metadata__":{"a":{"b":"c"}}}""", 0);
        yield return Case(MetadataNotStrings, """{"__metadata__":[]}""", 0);
        yield return Case(MetadataNotStrings, """{"__metadata__":null}""", 0);
        yield return Case(EntryNotObject, """{"a":1}""", 0);
        yield return Case(EntryNotObject, """{"a":[[[[[[[1]]]]]]]}""", 0);
        yield return Case(UnknownField, """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":0}}""", 1);
        yield return Case(UnknownField, """{"a":{"dtyp\u0065":"U8","shape":[1],"data_offsets":[0,1]}}""", 1);
        yield return Case(MissingField, """{"a":{"shape":[1],"data_offsets":[0,1]}}""", 1);
        yield return Case(MissingField, """{"a":{"dtype":"U8","data_offsets":[0,1]}}""", 1);
        yield return Case(MissingField, """{"a":{"dtype":"U8","shape":[1]}}""", 1);
        yield return Case(UnknownDType, """{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4);
        yield return Case(UnknownDType, """{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4);
        yield return Case(UnknownDType, """{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4);
        foreach (string number in s_notPlain)
        {
            yield return Case(ShapeNotIntegers, Shape(number), 1);
            yield return Case(OffsetsNotIntegers, Offsets($"[0,{number}]"), 1);
            yield return Case(OffsetsNotIntegers, Offsets($"[{number},1]"), 1);
        }
        yield return Case(ShapeNotIntegers, """{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", 1);
        foreach (string offsets in (string[])["[]", "[0]", "[0,1,2]", "{}", "1"])
            yield return Case(OffsetsNotIntegers, Offsets(offsets), 1);
        yield return Case(RankTooHigh, Shape("1,1,1,1,1,1,1,1,1"), 1);
        yield return Case(SizeOverflow, Shape("4294967296,4294967296"), 1);
        yield return Case(SizeOverflow, Shape("9223372036854775807,3"), 1);
        yield return Case(SizeOverflow, Shape("0,4294967296,4294967296"), 0);
        yield return Case(SizeOverflow, Shape("4611686018427387904", "F32"), 1);
        yield return Case(OffsetsInverted, Offsets("[1,0]"), 1);
        yield return Case(OffsetsBeyondData, Offsets("[0,2]"), 1);
        yield return Case(OffsetsBeyondData, Offsets("[9223372036854775806,9223372036854775807]"), 1);
        yield return Case(SizeMismatch, Shape("2"), 1);
        yield return Case(SizeMismatch, Shape("1", "F16"), 1);
        yield return Case(SizeMismatch, Shape("0"), 1);
        yield return Case(Overlap, $$"""{{{Entry("a", 0, 2)}},{{Entry("b", 1, 3)}}}""", 3);
        yield return Case(Overlap, $$"""{{{Entry("a", 0, 2)}},{{Entry("b", 0, 2)}}}""", 2);
        yield return Case(Overlap, $$"""{{{Entry("a", 0, 2)}},{{Entry("b", 1, 1)}}}""", 2);
        yield return Case(Hole, $$"""{{{Entry("a", 0, 1)}},{{Entry("b", 2, 3)}}}""", 3);
        yield return Case(Hole, $$"""{{{Entry("a", 1, 2)}}}""", 2);
        yield return Case(TrailingBytes, $$"""{{{Entry("a", 0, 1)}}}""", 2);
        yield return Case(TrailingBytes, "{}", 1);
    }

    [TestCaseSource(nameof(Broken))]
    public void A_broken_rule_is_named(SafetensorsRule rule, string header, int dataLength)
    {
        SafetensorsException refusal = SafetensorsBytes.Refusal(SafetensorsBytes.File(header, dataLength));
        Assert.That(refusal.BrokenRule, Is.EqualTo(rule), refusal.Message);
        Assert.That(refusal.Message, Does.StartWith("f").And.EndsWith("."));
    }

    [Test]
    public void Every_rule_of_the_header_has_a_test()
    {
        SafetensorsRule[] elsewhere =
        [
            FileTooShort, HeaderTooLong, HeaderBeyondFile,
            StringTooLong, TooManyTensors, MetadataTooLong,
            DataTruncated, DigestMismatch,
        ];
        Assert.That(
            Broken().Select(data => (SafetensorsRule)data.Arguments[0]!).Concat(elsewhere).Distinct(),
            Is.EquivalentTo(Enum.GetValues<SafetensorsRule>()));
    }

    [TestCase(0)]
    [TestCase(7)]
    public void A_file_without_a_whole_length_is_too_short(int bytes) =>
        Assert.That(SafetensorsBytes.Refusal(new byte[bytes]).BrokenRule, Is.EqualTo(FileTooShort));

    [Test]
    public void Invalid_utf8_is_refused()
    {
        byte[] header = Encoding.Latin1.GetBytes("{\"__metadata__\":{\"a\":\"\xff\"}}");
        Assert.That(SafetensorsBytes.Refusal(SafetensorsBytes.File(header)).BrokenRule,
            Is.EqualTo(HeaderNotUnicode));
    }

    [Test]
    public void One_tensor_too_many_is_refused()
    {
        string Header(int count) =>
            $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => Entry(i.ToString(), 0, 0)))}}}";
        Assert.That(SafetensorsBytes.Parse(SafetensorsBytes.File(Header(SafetensorsLimits.Tensors))).ByName,
            Has.Count.EqualTo(SafetensorsLimits.Tensors));
        Assert.That(SafetensorsBytes.Refusal(SafetensorsBytes.File(Header(SafetensorsLimits.Tensors + 1))).BrokenRule,
            Is.EqualTo(TooManyTensors));
    }

    [Test]
    public void Metadata_keeps_to_its_bytes_and_keys()
    {
        string half = new('v', SafetensorsLimits.MetadataBytes / 2);
        Assert.That(SafetensorsBytes.Parse(SafetensorsBytes.File(
            $$$"""{"__metadata__":{"a":"{{{half[2..]}}}","b":"{{{half}}}"}}""")).Metadata, Has.Count.EqualTo(2));
        Assert.That(SafetensorsBytes.Refusal(
            SafetensorsBytes.File($$$"""{"__metadata__":{"a":"{{{half}}}","b":"{{{half}}}"}}""")).BrokenRule,
            Is.EqualTo(MetadataTooLong));
        string keys = string.Join(
            ',', Enumerable.Range(0, SafetensorsLimits.MetadataKeys + 1).Select(i => $"\"{i}\":\"\""));
        Assert.That(SafetensorsBytes.Refusal(SafetensorsBytes.File($$$"""{"__metadata__":{{{{keys}}}}}""")).BrokenRule,
            Is.EqualTo(MetadataTooLong));
    }

    [Test]
    public void A_string_longer_than_the_metadata_may_be_is_refused_before_it_is_read_whole()
    {
        string header = $"{{\"{new string('n', 3 * SafetensorsLimits.MetadataBytes)}\":{{}}}}";
        Assert.That(SafetensorsBytes.Refusal(SafetensorsBytes.File(header)).BrokenRule,
            Is.EqualTo(StringTooLong));
    }

    [Test]
    public void An_unknown_dtype_names_the_tensor_and_the_dtype()
    {
        SafetensorsException refusal = SafetensorsBytes.Refusal(SafetensorsBytes.File(
            """{"net.weight":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4));
        Assert.That(refusal.Tensor, Is.EqualTo("net.weight"));
        Assert.That(refusal.Message, Does.Contain("net.weight").And.Contain("F33").And.Contain("BF16"));
    }

    [Test]
    public void Control_characters_of_a_name_do_not_reach_the_message()
    {
        SafetensorsException refusal = SafetensorsBytes.Refusal(SafetensorsBytes.File("""{"\u001b[31m":1}"""));
        Assert.That(refusal.Message, Does.Not.Contain("\u001b").And.Contain("\\u001b[31m"));
    }

    static TestCaseData Case(SafetensorsRule rule, string header, int dataLength)
    {
        string name = $"{rule}: {(header.Length > 80 ? header[..80] + "…" : header)}";
        return new TestCaseData(rule, header, dataLength)
            .SetName(name.Replace("\0", "NUL", StringComparison.Ordinal));
    }

    static string Entry(string name, int begin, int end) =>
        $$"""
        "{{name}}":{"dtype":"U8","shape":[{{end - begin}}],"data_offsets":[{{begin}},{{end}}]}
        """;

    static string Shape(string dimensions, string type = "U8") =>
        $$$"""{"a":{"dtype":"{{{type}}}","shape":[{{{dimensions}}}],"data_offsets":[0,1]}}""";

    static string Offsets(string offsets) => $$$"""{"a":{"dtype":"U8","shape":[1],"data_offsets":{{{offsets}}}}}""";
}
