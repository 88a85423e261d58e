using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>SentencePiece models that are cut off, contradict themselves or mean harm.</summary>
[TestFixture]
public class BrokenPieceFileTests
{
    static PieceFile Small => PieceFile.New().Pieces(("▁", -1), ("a", -2));

    static TestCaseData Case(string name, byte[] file, params string[] words)
        => new TestCaseData(file, words).SetArgDisplayNames(name);

    static IEnumerable<TestCaseData> Files()
    {
        byte[] small = Small.ToArray();
        byte[] good = PieceFile.Bytes(1, [.. PieceFile.Bytes(1, "a"u8.ToArray()), .. PieceFile.Real(2, -1)]);
        yield return Case("empty", [], "holds no pieces", "SentencePiece model");
        yield return Case("cut off", small[..^1], "a value ends behind its message", "at most");
        yield return Case("length beyond the file", [.. good, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], "byte 16", "4294967295");
        yield return Case("length of 63 bits", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "ends behind");
        yield return Case("number of more than 64 bits", [0x20, .. Enumerable.Repeat((byte)0xFF, 10), 1], "more than 64 bits");
        yield return Case("number without an end", [0x20, 0xFF, 0xFF], "ends behind its message");
        yield return Case("field 0", [0x00, 0x00], "field number is out of range", "found 0");
        yield return Case("groups", [0x0B, 0x0C], "has the wrong type", "found 3");
        yield return Case("group of another field", [0x5B], "a type that is not in use", "found 3");
        yield return Case("piece as a number", [0x08, 0x01], "field 1 has the wrong type", "wire type 2");
        yield return Case("score as a number", PieceFile.Bytes(1, [.. PieceFile.Bytes(1, "a"u8.ToArray()), 0x10, 0x01]),
            "field 2 has the wrong type", "wire type 5");
        yield return Case("piece without a text", PieceFile.Bytes(1, PieceFile.Real(2, 0)), "strange length", "found 0");
        yield return Case("long piece", Small.Piece(new string('a', 1025), -1).ToArray(), "1 to 1024 bytes", "1025");
        yield return Case("type 7", Small.Piece("b", -1, 7).ToArray(), "type of a piece is not known");
        yield return Case("score NaN", Small.Piece("b", float.NaN).ToArray(), "score", "not finite", "NaN");
        yield return Case("score infinite", Small.Piece("b", float.NegativeInfinity).ToArray(), "score", "not finite");
        yield return Case("piece twice", Small.Piece("a", -3).ToArray(), "a token occurs twice", "'a'");
        yield return Case("sentinel twice", Small.Piece("<extra_id_7>", -3).ToArray(), "a token occurs twice", "extra_id_7");
        yield return Case("two unknowns", Small.Piece("?", 0, 2).ToArray(), "one unknown piece", "found 2");
        yield return Case("no unknown", new PieceFile().Piece("<pad>", 0, 3).Piece("</s>", 0, 3).Piece("<unk>", 0).ToArray(),
            "one unknown piece", "found 0");
        yield return Case("no end", new PieceFile().Piece("<pad>", 0, 3).Piece("<unk>", 0, 2).Piece("a", 0).ToArray(),
            "no end token", "'</s>'");
        yield return Case("no text", PieceFile.New().ToArray(), "no piece stands for text");
        yield return Case("a byte missing", Small.Piece("<0x00>", 0, 6).Trainer(35, 1).ToArray(), "byte_fallback", "256");
        yield return Case("bytes without use", Small.AllBytes().ToArray(), "byte_fallback", "expected 0");
        yield return Case("byte that is none", Small.Piece("<0xGG>", 0, 6).ToArray(), "piece 5", "names no byte", "<0xGG>");
        yield return Case("byte-pair model", Small.Trainer(3, 2).ToArray(), "type of model is not supported", "unigram");
        yield return Case("map without a trie", Small.Map([1, 0, 0]).ToArray(), "precompiled_charsmap", "is cut off");
        yield return Case("map shorter than its trie", Small.Map([255, 255, 255, 255, 0]).ToArray(), "is cut off");
        yield return Case("trie of half a unit", Small.Map([3, 0, 0, 0, 0, 0, 0]).ToArray(), "multiple of 4", "found 3");
        yield return Case("empty trie", Small.Map([0, 0, 0, 0, 0]).ToArray(), "multiple of 4", "found 0");
    }

    [TestCaseSource(nameof(Files))]
    public void Is_refused_with_what_and_where(byte[] file, string[] words)
    {
        using var folder = new TemporaryFolder();
        folder.File("spiece.model", file);
        var failure = Assert.Throws<SutiException>(() => Tokenizers.Open(folder.Root));
        Assert.That(failure!.Message, Does.Contain("spiece.model"));
        foreach (string word in words)
            Assert.That(failure.Message, Does.Contain(word));
    }

    static uint Node(byte label, uint offset, bool isLeaf = false) => label | (isLeaf ? 0x100u : 0) | (offset << 10);

    static uint[] Trie(int size, params (int At, uint Unit)[] units)
    {
        uint[] trie = new uint[size];
        foreach (var (at, unit) in units)
            trie[at] = unit;
        return trie;
    }

    static IEnumerable<TestCaseData> Maps()
    {
        // The root's children are found at its offset, exclusive or the label; 'a' is 97.
        yield return new TestCaseData(Trie(1, (0, Node(0, 1 << 20))), "x\0", "leads out of itself")
            .SetArgDisplayNames("child outside");
        yield return new TestCaseData(Trie(512, (0, Node(0, 256)), (256 ^ 97, Node((byte)'a', 1 << 20, true))), "x\0",
            "leads out of itself").SetArgDisplayNames("value outside");
        yield return new TestCaseData(Value(7), "x\0", "has no replacement").SetArgDisplayNames("replacement outside");
        yield return new TestCaseData(Value(0), "xyz", "without an end").SetArgDisplayNames("replacement without an end");
        yield return new TestCaseData(Value(0), new string('x', 1025) + "\0", "at most 1024 bytes")
            .SetArgDisplayNames("long replacement");
        yield return new TestCaseData(Trie(512, (0, Node(0, 256)), (256 ^ 97, Node((byte)'a', 97))), "x\0", "in circles")
            .SetArgDisplayNames("circle");
        yield return new TestCaseData(Value(0), new string('x', 1024) + "\0", "grows too long")
            .SetArgDisplayNames("text that grows");

    }

    /// <summary>The key a with a value, which lies at 128.</summary>
    static uint[] Value(uint value)
        => Trie(512, (0, Node(0, 256)), (256 ^ 97, Node((byte)'a', 256 ^ 97 ^ 128, true)), (128, 0x80000000 | value));

    [TestCaseSource(nameof(Maps))]
    public void A_map_that_leads_astray_is_found_when_it_does(uint[] trie, string replacements, string word)
    {
        using var folder = new TemporaryFolder();
        folder.File("spiece.model", Small.Map(trie, replacements).ToArray());
        var tokenizer = Tokenizers.Open(folder.Root);
        Assert.That(() => tokenizer.Encode(new string('a', 20000)), Throws.InstanceOf<SutiException>().With.Message
            .Contains("spiece.model").And.Message.Contains(word));
    }

    [Test]
    public void A_good_map_of_the_same_make_replaces()
    {
        using var folder = new TemporaryFolder();
        folder.File("spiece.model",
            PieceFile.New().Pieces(("▁", -1), ("xy", -2)).Map(Value(2), "?\0xy\0").ToArray());
        Assert.That(Tokenizers.Open(folder.Root).Encode("aa").Tokens, Is.EqualTo(new[] { 3, 4, 4, 1 }));
    }

    [Test]
    public void Unknown_fields_are_passed_over()
    {
        using var folder = new TemporaryFolder();
        folder.File("spiece.model", [.. Small.ToArray(), .. PieceFile.Number(200, ulong.MaxValue), .. PieceFile.Real(201, 1),
            .. PieceFile.Bytes(5, "denormalizer"u8.ToArray()), 0x51, 1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.That(Tokenizers.Open(folder.Root).Encode("a").Tokens, Is.EqualTo(new[] { 3, 4, 1 }));
    }

    [Test]
    public void A_file_beyond_the_limit_is_not_read()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder.File("spiece.model")))
            file.SetLength((8 << 20) + 1);
        Assert.That(() => Tokenizers.Open(folder.Root),
            Throws.InstanceOf<SutiException>().With.Message.Contains("too large").And.Message.Contains("8388608"));
    }

    [Test]
    public void Mutations_of_the_reference_file_are_read_or_refused()
    {
        byte[] good = File.ReadAllBytes(Path.Combine(TokenizerFolders.T5, "spiece.model"));
        var random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] file = Mutation.Of(good, random);
            try
            {
                var model = SentencePieceFile.Parse(file, "mutated");
                var tokenizer = T5Files.FromModel(model, new TokenizerSettings());
                foreach (string text in (string[])["a photo of a cat, ｆｕｌｌ", "½ ﬁne \u0958 日本 \0 a\u0301"])
                    tokenizer.Decode([.. tokenizer.Encode(text).Tokens]);
            }
            catch (SutiException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.InRange(30, 299));
    }
}

static class Mutation
{
    /// <summary>A few bytes changed, a part left out, doubled or cut off.</summary>
    public static byte[] Of(byte[] good, Random random)
    {
        byte[] file = [.. good];
        // Half of them near the beginning, where the structure is dense.
        int most = random.Next(2) == 0 ? Math.Min(2000, good.Length) : good.Length;
        int at = random.Next(most), length = Math.Min(random.Next(1, 40), good.Length - at);
        switch (random.Next(5))
        {
            case 0:
                return file[..at];
            case 1:
                return [.. file[..at], .. file[(at + length)..]];
            case 2:
                return [.. file[..(at + length)], .. file[at..]];
            default:
                for (int i = random.Next(1, 30); i > 0; i--)
                    file[random.Next(most)] = (byte)random.Next(256);
                return file;
        }
    }
}
