using System.IO.Compression;
using System.Text;
using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>Folders whose files are missing, contradict each other or mean harm.</summary>
[TestFixture]
public class BrokenTokenizerFolderTests
{
    const string Vocabulary = """{"<|startoftext|>":0,"<|endoftext|>":1,"a":2,"a</w>":3,"b":4,"b</w>":5,"ab</w>":6,"ab":7}""",
        Merges = "#version: 0.2\na b</w>\na b\n";

    const string SmallModel = """
        {"type":"BPE","unk_token":"<|endoftext|>","end_of_word_suffix":"</w>","vocab":
        {"<|startoftext|>":0,"<|endoftext|>":1,"a":2,"a</w>":3,"b":4,"b</w>":5,"ab</w>":6,"ab":7},"merges":["a b</w>","a b"]}
        """;

    static IEnumerable<TestCaseData> Vocabularies()
    {
        yield return Case("no JSON", "{", "vocab.json", "not valid JSON");
        yield return Case("no object", "[1]", "vocab.json", "an object", "a list");
        yield return Case("deep", string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60), "32 levels");
        yield return Case("key twice", """{"a":1,"a":2}""", "vocab.json", "not valid JSON");
        yield return Case("id twice", """{"a":1,"b":1}""", "two tokens have the id 1", "'a' and 'b'");
        yield return Case("negative id", """{"a":-1}""", "token 'a'", "out of range", "-1");
        yield return Case("large id", """{"a":1048576}""", "token 'a'", "0 to 1048575", "1048576");
        yield return Case("huge id", """{"a":1e300}""", "a whole number");
        yield return Case("id is a text", """{"a":"1"}""", "token 'a'", "a whole number");
        yield return Case("no Unicode", """{"\ud800":1}""", "not Unicode");
        yield return Case("no start", """{"<|endoftext|>":1}""", "'<|startoftext|>'", "none");
        yield return Case("no end", """{"<|startoftext|>":1}""", "'<|endoftext|>'", "none");
        yield return Case("empty", "", "vocab.json", "not valid JSON");

        static TestCaseData Case(string name, string file, params string[] words)
            => new TestCaseData("vocab.json", file, words).SetArgDisplayNames(name);
    }

    static IEnumerable<TestCaseData> MergeFiles()
    {
        yield return Case("one token", "#version: 0.2\na\n", "merges.txt", "line 2", "two tokens", "'a'");
        yield return Case("three tokens", "a b</w>\na b c\n", "merges.txt", "line 2", "two tokens");
        yield return Case("an empty token", "a b</w>\n a\n", "merges.txt", "line 2", "two tokens");
        yield return Case("unknown token", "#version: 0.2\na z\n", "merges.txt", "line 2", "does not hold", "'z'");
        yield return Case("unknown result", "b a\n", "merges.txt", "line 1", "does not hold", "'ba'");
        yield return Case("twice", "a b\na b\n", "merges.txt", "line 2", "occurs twice");
        yield return Case("long line", "#version: 0.2\n" + new string('a', 2000) + " b", "line 2", "two tokens");

        static TestCaseData Case(string name, string file, params string[] words)
            => new TestCaseData("merges.txt", file, words).SetArgDisplayNames(name);
    }

    static IEnumerable<TestCaseData> Settings()
    {
        yield return Case("unknown key", """{"do_upper_case":true}""", "tokenizer_config.json", "key that is not known", "do_upper_case");
        yield return Case("another class", """{"tokenizer_class":"BertTokenizer"}""", "tokenizer_class", "BertTokenizer");
        yield return Case("left padding", """{"padding_side":"left"}""", "padding_side", "right", "left");
        yield return Case("upper case", """{"do_lower_case":false}""", "do_lower_case", "true");
        yield return Case("no length", """{"model_max_length":1}""", "model_max_length", "at least 2");
        yield return Case("length of no number", """{"model_max_length":"77"}""", "model_max_length", "a number");
        yield return Case("pad outside", """{"pad_token":"<pad>"}""", "vocab.json", "no padding token", "'<pad>'");
        yield return Case("pad is a number", """{"pad_token":0}""", "pad_token", "a text or an object");
        yield return Case("pad without content", """{"pad_token":{"lstrip":false}}""", "a token needs its content");
        yield return Case("empty pad", """{"pad_token":""}""", "strange length");
        yield return Case("single word", """{"pad_token":{"content":"a","single_word":true}}""", "single_word", "not supported");
        yield return Case("key of a token", """{"pad_token":{"content":"a","colour":1}}""", "colour");
        yield return Case("added id", """{"added_tokens_decoder":{"x":{"content":"y"}}}""", "is no id", "'x'");
        yield return Case("added id too large", """{"added_tokens_decoder":{"99999999":{"content":"y"}}}""", "out of range");
        yield return Case("added id in use", """{"added_tokens_decoder":{"2":{"content":"y"}}}""", "two tokens have the id 2");
        yield return Case("added token elsewhere", """{"added_tokens_decoder":{"9":{"content":"a"}}}""", "occurs twice", "'a'");
        yield return Case("too many sentinels", """{"extra_ids":100000}""", "extra_ids", "0 to 10000");
        yield return Case("options of SentencePiece", """{"sp_model_kwargs":{"nbest_size":2}}""", "sp_model_kwargs");

        static TestCaseData Case(string name, string file, params string[] words)
            => new TestCaseData("tokenizer_config.json", file, words).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Vocabularies)), TestCaseSource(nameof(MergeFiles)), TestCaseSource(nameof(Settings))]
    public void Is_refused_with_what_and_where(string name, string file, string[] words)
    {
        using var folder = new TemporaryFolder();
        folder.File("vocab.json", Vocabulary);
        folder.File("merges.txt", Merges);
        Assert.That(Tokenizers.Open(folder.Root).Encode("ab a").Tokens, Is.EqualTo(new[] { 0, 6, 3, 1 }));
        folder.File(name, file);
        Refused(folder, words);
    }

    static IEnumerable<TestCaseData> Wholes()
    {
        string model = SmallModel.ReplaceLineEndings("");
        yield return Case("no model", """{"version":"1.0"}""", "has no model");
        yield return Case("unknown key", """{"version":"1.0","modell":{}}""", "key that is not known", "modell");
        yield return Case("WordPiece", Json("""{"type":"WordPiece","vocab":{}}"""), "model", "BPE or Unigram", "WordPiece");
        yield return Case("model without a type", Json("{}"), "has no type");
        yield return Case("model is a list", Json("[]"), "model", "an object");
        yield return Case("option of the model", Json(model.Replace("\"unk_token\"", "\"colour\":1,\"unk_token\"")), "colour");
        yield return Case("dropout", Json(model.Replace("\"unk_token\"", "\"dropout\":0.1,\"unk_token\"")), "dropout", "0.1");
        yield return Case("other end of words", Json(model.Replace("\"end_of_word_suffix\":\"</w>\"",
            "\"end_of_word_suffix\":\"\"")), "end_of_word_suffix", "'</w>'");
        yield return Case("merges twice", Json(model.Replace("\"vocab\":{", "\"vocab\":null,\"merges\":{")),
            "not valid JSON");
        yield return Case("vocabulary is null", Json("""{"type":"BPE","end_of_word_suffix":"</w>","vocab":null}"""),
            "vocab is missing");
        yield return Case("merge of one", Json(model.Replace("\"a b\"", "\"a\"")), "merges[1]", "two tokens");
        yield return Case("merge of three", Json(model.Replace("\"a b\"", "[\"a\",\"b\",\"c\"]")), "merges[1]", "two tokens");
        yield return Case("merge of numbers", Json(model.Replace("\"a b\"", "[1,2]")), "merges[1]", "a text");
        yield return Case("other words", Json(model, splitter: """{"type":"Whitespace"}"""), "pre_tokenizer", "Whitespace");
        yield return Case("other pattern", Json(model, splitter: TokenizerFolders.ClipSplitter.Replace("'ll", "'lll")),
            "Regex", "not supported");
        yield return Case("upper case", Json(model, """{"type":"NFC"}"""), "normalizer", "NFC, Replace, Lowercase");
        yield return Case("no frame", Json(model, frame: "null"), "post_processor");
        yield return Case("other frame", Json(model, frame: """{"type":"BertProcessing"}"""), "BertProcessing");
        yield return Case("no start", Json(model, frame: """
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"b"}}]}
            """), "a start and an end", "0 tokens before and 1 behind");
        const string pieces = """[["<pad>",0],["</s>",0],["<unk>",0],["▁",-1],["a",-2]]""";
        yield return Case("score is a text", Unigram(pieces.Replace("-2", "\"-2\"")), "vocab[4]", "a finite score");
        yield return Case("score beyond f32", Unigram(pieces.Replace("-2", "-1e300")), "vocab[4]", "a finite score");
        yield return Case("piece of three", Unigram(pieces.Replace("-2", "-2,1")), "vocab[4]", "a piece and its score");
        yield return Case("piece is a number", Unigram(pieces.Replace("\"a\"", "7")), "vocab[4]", "a text");
        yield return Case("empty piece", Unigram(pieces.Replace("\"a\"", "\"\"")), "vocab[4]", "strange length");
        yield return Case("piece twice", Unigram(pieces.Replace("\"a\"", "\"▁\"")), "occurs twice");
        yield return Case("no unknown", Unigram(pieces, "99"), "one unknown piece");
        yield return Case("no marks", Unigram(pieces, splitter: """{"type":"WhitespaceSplit"}"""), "Metaspace");
        yield return Case("no prefix", Unigram(pieces, splitter:
            """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"}"""), "prepend_scheme", "first");
        yield return Case("no base64", Unigram(pieces, normalizer: """{"type":"Precompiled","precompiled_charsmap":"!"}"""),
            "precompiled_charsmap", "not base64");
        yield return Case("broken map", Unigram(pieces, normalizer: """{"type":"Precompiled","precompiled_charsmap":"AAAA"}"""),
            "precompiled_charsmap", "is cut off");
        yield return Case("other normalizer", Unigram(pieces, normalizer: """{"type":"Nmt"}"""), "Precompiled", "Nmt");

        static TestCaseData Case(string name, string file, params string[] words)
            => new TestCaseData(file, words).SetArgDisplayNames(name);

        static string Json(string model, string normalizer = TokenizerFolders.ClipNormalizer,
            string splitter = TokenizerFolders.ClipSplitter, string frame = TokenizerFolders.ClipFrame)
            => TokenizerFolders.ClipJson(model, normalizer, splitter, frame);

        static string Unigram(string pieces, string unknown = "2", string normalizer = "null",
            string splitter = """{"type":"Metaspace","replacement":"▁"}""") => TokenizerFolders.ClipJson(
                $$"""{"type":"Unigram","unk_id":{{unknown}},"vocab":{{pieces}}}""", normalizer, splitter,
                TokenizerFolders.T5Frame);
    }

    [TestCaseSource(nameof(Wholes))]
    public void A_tokenizer_json_is_refused_with_what_and_where(string file, string[] words)
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", file);
        Refused(folder, ["tokenizer.json", .. words]);
    }

    [Test]
    public void The_small_tokenizer_json_that_these_are_made_of_is_good()
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json", TokenizerFolders.ClipJson(SmallModel));
        Assert.That(Tokenizers.Open(folder.Root).Encode("ab a").Tokens, Is.EqualTo(new[] { 0, 6, 3, 1 }));
    }

    [Test]
    public void What_is_no_tokenizer_is_said_to_be_none()
    {
        using var folder = new TemporaryFolder();
        Refused(folder, "holds no tokenizer", "spiece.model");
        folder.File("vocab.json", Vocabulary);
        Refused(folder, "holds no tokenizer");
        folder.File("tokenizer_config.json", """{"tokenizer_class":"T5Tokenizer"}""");
        folder.File("merges.txt", Merges);
        Refused(folder, "holds no tokenizer", "spiece.model or tokenizer.json");
        Assert.That(() => Tokenizers.Open(folder.File("nowhere")),
            Throws.InstanceOf<SutiException>().With.Message.Contains("nowhere"));
        Assert.That(() => Tokenizers.Open(folder.File("vocab.json")),
            Throws.InstanceOf<SutiException>().With.Message.Contains("a file"));
    }

    [Test]
    public void Files_of_no_text_and_no_archive_are_refused()
    {
        using var folder = new TemporaryFolder();
        folder.File("vocab.json", Vocabulary);
        folder.File("merges.txt", [0x61, 0xFF, 0xFE]);
        Refused(folder, "merges.txt", "not UTF-8");
        File.Delete(folder.File("vocab.json"));
        folder.File("bpe_simple_vocab_16e6.txt.gz", Encoding.UTF8.GetBytes(Merges));
        Refused(folder, "bpe_simple_vocab_16e6.txt.gz", "not valid gzip");
        byte[] packed = TokenizerFolders.Original(TokenizerFolders.SmallClip);
        folder.File("bpe_simple_vocab_16e6.txt.gz", packed[..(packed.Length / 2)]);
        Refused(folder, "bpe_simple_vocab_16e6.txt.gz");
    }

    [Test]
    public void An_archive_that_unpacks_to_too_much_is_not_unpacked()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder.File("bpe_simple_vocab_16e6.txt.gz")))
        using (var stream = new GZipStream(file, CompressionLevel.Fastest))
        {
            for (int i = 0; i <= 256; i++)
                stream.Write(new byte[1 << 16]);
        }
        Refused(folder, "unpacks to too much", "16777216");
    }

    [TestCase("vocab.json"), TestCase("merges.txt"), TestCase("tokenizer_config.json"), TestCase("special_tokens_map.json")]
    [TestCase("tokenizer.json")]
    public void Mutations_of_the_reference_files_are_read_or_refused(string name)
    {
        using var folder = new TemporaryFolder();
        if (name == "tokenizer.json")
        {
            folder.File(name, TokenizerFolders.ClipJson(TokenizerFolders.BytePairs(TokenizerFolders.SmallClip, true)));
        }
        else
        {
            foreach (string file in (string[])["vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"])
                File.Copy(Path.Combine(TokenizerFolders.SmallClip, file), folder.File(file));
        }
        byte[] good = File.ReadAllBytes(folder.File(name));
        var random = new Random(11);
        int refused = 0;
        for (int round = 0; round < 200; round++)
        {
            folder.File(name, Mutation.Of(good, random));
            try
            {
                var tokenizer = Tokenizers.Open(folder.Root);
                tokenizer.Decode([.. tokenizer.Encode("a photo of a cat! ½ 日本 a\u0301 <|endoftext|>").Tokens], true);
            }
            catch (SutiException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(20));
    }

    static void Refused(TemporaryFolder folder, params string[] words)
    {
        var failure = Assert.Throws<SutiException>(() => Tokenizers.Open(folder.Root));
        foreach (string word in words)
            Assert.That(failure!.Message, Does.Contain(word));
    }
}
