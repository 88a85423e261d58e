using System.Security.Cryptography;
using System.Text;
using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

[TestFixture]
public class ClipTokenizerTests : LeakCheck
{
    // SHA-256 of the published vocab.json's keys in their order, a line feed between them.
    const string VocabularyDigest = "7cccc44d334555d1ff3c0ac5f0246b428fab2918383e77ee745cf30d41010b78";

    static readonly Lazy<ITokenizer> s_clip = new(() => Tokenizers.Open(TokenizerFolders.Clip));

    static ITokenizer Clip => s_clip.Value;

    [Test]
    public void Its_properties_are_those_of_the_published_files()
    {
        Assert.That(Clip, Is.InstanceOf<ClipTokenizer>());
        Assert.That((Clip.VocabularySize, Clip.MaxLength, Clip.StartId, Clip.EndId, Clip.PadId, Clip.UnknownId),
            Is.EqualTo((49408, 77, (int?)49406, 49407, 49407, 49407)));
        Assert.That(Clip.Token(320), Is.EqualTo("a</w>"));
        Assert.That(Clip.Find("a</w>"), Is.EqualTo(320));
        Assert.That(Clip.Find("no such token"), Is.Null);
    }

    [Test]
    public void Its_tokens_are_the_published_ones_in_their_order()
    {
        string all = string.Join('\n', Enumerable.Range(0, Clip.VocabularySize).Select(Clip.Token));
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all))), Is.EqualTo(VocabularyDigest));
    }

    [Test]
    public void What_is_cut_is_counted_and_spelt()
    {
        var text = Clip.Encode("one two three four five", 5);
        Assert.That(text.Tokens, Is.EqualTo(Clip.Encode("one two three").Tokens));
        Assert.That((text.IsCut, text.CutTokens, text.CutText), Is.EqualTo((true, 2, "four five")));
        var whole = Clip.Encode("one two three", 5);
        Assert.That((whole.IsCut, whole.CutTokens, whole.CutText), Is.EqualTo((false, 0, "")));
    }

    [Test]
    public void A_batch_is_padded_and_masked()
    {
        using var scope = TensorScope.Open("batch");
        var batch = Clip.EncodeBatch(["a", "", "a a a a"], 4);
        Assert.That(batch.Ids.DType, Is.EqualTo(DType.Int64));
        Assert.That(batch.Ids.Shape, Is.EqualTo(Shape.Create([3, 4])));
        Assert.That(batch.Ids.ToArray<long>(), Is.EqualTo(new long[]
            { 49406, 320, 49407, 49407, 49406, 49407, 49407, 49407, 49406, 320, 320, 49407 }));
        Assert.That(batch.Mask.ToArray<long>(), Is.EqualTo(new long[] { 1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1 }));
        Assert.That(batch.CutTokens, Is.EqualTo(2));
    }

    [Test]
    public void A_length_without_room_for_start_and_end_is_refused([Values(1, 0, -1, int.MinValue)] int length)
        => Assert.That(() => Clip.Encode("a", length), Throws.InstanceOf<SutiException>().With.Message.Contains("at least 2"));

    [Test]
    public void A_text_beyond_the_limit_is_refused_and_one_at_it_is_not()
    {
        Assert.That(Clip.Encode(new string('a', Tokenizer.LongestText), int.MaxValue).Tokens, Has.Count.GreaterThan(1000));
        Assert.That(() => Clip.Encode(new string('a', Tokenizer.LongestText + 1)),
            Throws.InstanceOf<SutiException>().With.Message.Contains("at most 65536"));
    }

    [TestCase(-1), TestCase(49408), TestCase(int.MaxValue)]
    public void An_id_outside_the_vocabulary_is_refused(int id)
    {
        Assert.That(() => Clip.Decode([320, id]), Throws.InstanceOf<SutiException>().With.Message.Contains("0 to 49407"));
        Assert.That(() => Clip.Token(id), Throws.InstanceOf<SutiException>());
    }

    [Test]
    public void Halves_of_characters_are_replacement_characters()
        => Assert.That(Clip.Encode("a\uD800b\uDC00").Tokens, Is.EqualTo(Clip.Encode("a\uFFFDb\uFFFD").Tokens));

    [Test]
    public void Characters_that_only_differ_in_how_they_are_composed_are_one()
    {
        // Two marks in either order, a syllable of three letters, and a sign that is never composed.
        Assert.That(Clip.Encode("e\u0302\u0323").Tokens, Is.EqualTo(Clip.Encode("\u1EC7").Tokens));
        Assert.That(Clip.Encode("\u1112\u1161\u11AB").Tokens, Is.EqualTo(Clip.Encode("\uD55C").Tokens));
        Assert.That(Clip.Encode("\u0958").Tokens, Is.EqualTo(Clip.Encode("\u0915\u093C").Tokens));
        Assert.That(CanonicalComposition.Compose("\u0958"), Is.EqualTo("\u0915\u093C"));
    }

    [Test]
    public void Lower_case_reaches_beyond_16_bits_and_two_characters()
    {
        Assert.That(Clip.Encode("\U00010400").Tokens, Is.EqualTo(Clip.Encode("\U00010428").Tokens));
        Assert.That(ClipText.Normalize("\u0130\u00C5\u1E9E \u03A3\u03A3"), Is.EqualTo("i\u0307\u00E5\u00DF \u03C3\u03C3"));
    }

    [TestCase("don't", "don|'t"), TestCase("it's've", "it|'s|'ve"), TestCase("''s", "''|s"), TestCase("12a3", "1|2|a|3")]
    [TestCase("a_b-c", "a|_|b|-|c"), TestCase("x½²", "x|½|²"), TestCase("\u2003a\u00A0b", "a|b"), TestCase("", "")]
    public void Words_are_letters_single_digits_other_signs_and_ends_of_contractions(string text, string words)
    {
        var found = new List<string>();
        for (int at = 0; ClipText.NextWord(text, ref at, out var word);)
            found.Add(word.ToString());
        Assert.That(string.Join('|', found), Is.EqualTo(words));
    }

    [Test]
    public void Start_and_end_in_a_text_are_themselves()
    {
        Assert.That(Clip.Encode("a<|endoftext|>a").Tokens, Is.EqualTo(new[] { 49406, 320, 49407, 320, 49407 }));
        Assert.That(Clip.Encode("<|StartOfText|>").Tokens, Is.EqualTo(new[] { 49406, 49406, 49407 }));
        Assert.That(Clip.Decode([49406, 320, 49407], keepSpecial: true), Is.EqualTo("<|startoftext|>a <|endoftext|>"));
    }

    [Test]
    public void Stable_diffusion_2_pads_with_an_exclamation_mark()
    {
        using var folder = TokenizerFolders.Copy(TokenizerFolders.Clip, "vocab.json", "merges.txt");
        folder.File("tokenizer_config.json", """
            {"tokenizer_class":"CLIPTokenizer","model_max_length":77,"pad_token":"!","add_prefix_space":false,
            "do_lower_case":true,"errors":"replace","name_or_path":"x","special_tokens_map_file":"./special_tokens_map.json",
            "unk_token":{"__type":"AddedToken","content":"<|endoftext|>","lstrip":false,"normalized":true,"rstrip":false,
            "single_word":false}}
            """);
        var tokenizer = Tokenizers.Open(folder.Root);
        using var scope = TensorScope.Open("sd2");
        Assert.That(tokenizer.PadId, Is.Zero);
        Assert.That(tokenizer.EncodeBatch(["a"], 5).Ids.ToArray<long>(), Is.EqualTo(new long[] { 49406, 320, 49407, 0, 0 }));
        Assert.That(tokenizer.Encode("a!").Tokens, Is.EqualTo(new[] { 49406, 320, 0, 49407 }), "as the library reads it");
    }

    [TestCase("added_tokens.json", """{"<sks>":49408}""")]
    [TestCase("tokenizer_config.json", """
        {"added_tokens_decoder":{"49406":{"content":"<|startoftext|>"},"49408":{"content":"<sks>","special":false}}}
        """)]
    public void Tokens_may_be_added_above_the_vocabulary(string name, string file)
    {
        using var folder = TokenizerFolders.Copy(TokenizerFolders.Clip, "vocab.json", "merges.txt");
        folder.File(name, file);
        var tokenizer = Tokenizers.Open(folder.Root);
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(49409));
        Assert.That(tokenizer.Encode("a<SKS>a").Tokens, Is.EqualTo(new[] { 49406, 320, 49408, 320, 49407 }));
    }

    [Test]
    public void Without_its_settings_it_is_the_published_one()
    {
        using var folder = TokenizerFolders.Copy(TokenizerFolders.Clip, "vocab.json", "merges.txt");
        SameIds(folder);
    }

    [Test]
    public void The_file_of_the_first_release_gives_the_same_ids()
    {
        using var folder = new TemporaryFolder();
        folder.File("bpe_simple_vocab_16e6.txt.gz", TokenizerFolders.Original(TokenizerFolders.Clip));
        SameIds(folder);
    }

    [Test]
    public void One_tokenizer_json_gives_the_same_ids([Values] bool mergesAreLists)
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json",
            TokenizerFolders.ClipJson(TokenizerFolders.BytePairs(TokenizerFolders.Clip, mergesAreLists)));
        SameIds(folder);
    }

    [Test]
    public void Words_of_any_length_are_joined_as_by_one_pair_after_the_other()
    {
        var random = new Random(5);
        var table = new TokenTable("test", 600);
        foreach (string suffix in (string[])["", "</w>"])
        {
            foreach (char letter in "abc")
                table.Add(letter + suffix, table.Count);
        }
        List<(string Left, string Right)> merges = [];
        foreach (string merge in "b c,a b,ab c,a bc,aa b,a a,abc a</w>,c a</w>,aa a</w>,aa aa".Split(','))
            merges.Add((merge.Split(' ')[0], merge.Split(' ')[1]));
        foreach (string token in merges.Select(pair => pair.Left + pair.Right).Append("aa").Distinct())
            table.Add(token, table.Count);
        var model = new BytePairModel(table, "</w>", 0, 20);
        foreach (var (left, right) in merges)
            model.AddMerge(left, right, "test");
        for (int round = 0; round < 300; round++)
        {
            string word = new([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => "abc"[random.Next(3)])]);
            var ids = new List<int>();
            model.Encode(word, ids);
            Assert.That(ids.Select(id => table[id]), Is.EqualTo(Plainly(word, merges)), word);
        }
    }

    static List<string> Plainly(string word, List<(string Left, string Right)> merges)
    {
        List<string> symbols = [.. word.Select(letter => letter.ToString())];
        symbols[^1] += "</w>";
        while (true)
        {
            var (rank, at) = Enumerable.Range(0, symbols.Count - 1)
                .Select(i => (Rank: merges.IndexOf((symbols[i], symbols[i + 1])), At: i)).Where(pair => pair.Rank >= 0)
                .DefaultIfEmpty((-1, 0)).Min();
            if (rank < 0)
                return symbols;
            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }
    }

    static void SameIds(TemporaryFolder folder)
    {
        var tokenizer = Tokenizers.Open(folder.Root);
        Assert.That((tokenizer.VocabularySize, tokenizer.MaxLength, tokenizer.PadId), Is.EqualTo((49408, 77, 49407)));
        foreach (string text in TokenizerFolders.Texts(TokenizerFolders.Clip))
            Assert.That(tokenizer.Encode(text).Tokens, Is.EqualTo(Clip.Encode(text).Tokens), text);
    }
}
