using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>
/// T5's tokenizer beyond the reference strings. What small models give was compared with google/sentencepiece 0.1.97.
/// </summary>
[TestFixture]
public class T5TokenizerTests : LeakCheck
{
    static readonly Lazy<ITokenizer> s_t5 = new(() => Tokenizers.Open(TokenizerFolders.T5));

    static ITokenizer T5 => s_t5.Value;

    [Test]
    public void Its_properties_are_those_of_the_published_arrangement()
    {
        Assert.That(T5, Is.InstanceOf<T5Tokenizer>());
        Assert.That((T5.VocabularySize, T5.MaxLength, T5.StartId, T5.EndId, T5.PadId, T5.UnknownId),
            Is.EqualTo((2100, 512, (int?)null, 1, 0, 2)));
        Assert.That((T5.Token(2099), T5.Token(2000)), Is.EqualTo(("<extra_id_0>", "<extra_id_99>")));
    }

    [Test]
    public void Special_tokens_in_a_text_are_themselves()
    {
        int[] a = [.. T5.Encode("a").Tokens.SkipLast(1)];
        Assert.That(T5.Encode("a<extra_id_0> a </s>a<unk><pad>").Tokens,
            Is.EqualTo((int[])[.. a, 2099, .. a, 1, .. a, 2, 0, 1]));
        Assert.That(T5.Encode("<extra_id_100>").Tokens, Does.Not.Contain(2099));
    }

    [Test]
    public void What_is_cut_is_counted_and_spelt()
    {
        var all = T5.Encode("a photo of a cat");
        var text = T5.Encode("a photo of a cat", 5);
        Assert.That(text.Tokens, Is.EqualTo((int[])[.. all.Tokens.Take(4), 1]));
        Assert.That(text.CutTokens, Is.EqualTo(all.Tokens.Count - 5));
        Assert.That(text.CutText, Is.Not.Empty);
        Assert.That("a photo of a cat".EndsWith(text.CutText, StringComparison.Ordinal), text.CutText);
        Assert.That(T5.Encode("a photo", 1).Tokens, Is.EqualTo(new[] { 1 }));
        Assert.That(() => T5.Encode("a", 0), Throws.InstanceOf<SutiException>().With.Message.Contains("at least 1"));
    }

    [Test]
    public void A_batch_is_padded_and_masked()
    {
        using var scope = TensorScope.Open("batch");
        var batch = T5.EncodeBatch(["", "</s>"], 3);
        Assert.That(batch.Ids.ToArray<long>(), Is.EqualTo(new long[] { 1, 0, 0, 1, 1, 0 }));
        Assert.That(batch.Mask.ToArray<long>(), Is.EqualTo(new long[] { 1, 0, 0, 1, 1, 0 }));
    }

    [TestCase("a photo of a cat"), TestCase("Hello, World!"), TestCase("café 3.14")]
    public void Decoding_gives_the_text_back(string text)
    {
        Assert.That(T5.Decode([.. T5.Encode(text).Tokens]), Is.EqualTo(text));
        Assert.That(T5.Decode([.. T5.Encode(text).Tokens], keepSpecial: true), Is.EqualTo(text + " </s>"));
    }

    [Test]
    public void One_tokenizer_json_gives_the_same_ids([Values] bool isNew)
    {
        using var folder = new TemporaryFolder();
        folder.File("tokenizer.json",
            TokenizerFolders.T5Json(Path.Combine(TokenizerFolders.T5, "spiece.model"), isNew));
        folder.File("tokenizer_config.json", """
            {"tokenizer_class":"T5TokenizerFast","eos_token":"</s>","unk_token":"<unk>","pad_token":"<pad>","extra_ids":100,
            "model_max_length":1000000000000000019884624838656,"clean_up_tokenization_spaces":true}
            """);
        var tokenizer = Tokenizers.Open(folder.Root);
        Assert.That((tokenizer.VocabularySize, tokenizer.PadId, tokenizer.MaxLength), Is.EqualTo((2100, 0, 512)));
        foreach (string text in TokenizerFolders.Texts(TokenizerFolders.T5).Append("a <extra_id_7> b"))
            Assert.That(tokenizer.Encode(text).Tokens, Is.EqualTo(T5.Encode(text).Tokens), text);
    }

    [Test]
    public void Of_equal_splits_the_one_with_the_longer_last_piece_is_taken()
    {
        // ab|c and a|bc weigh the same; the first that reaches the end stays.
        Assert.That(Pieces(PieceFile.New().Pieces(("▁", -1), ("a", -2), ("ab", -2), ("c", -2), ("bc", -2)), "abc"),
            Is.EqualTo("▁ a bc"));
    }

    [Test]
    public void Neighbouring_unknown_characters_are_one_and_cost_ten_below_the_worst()
    {
        var file = PieceFile.New().Pieces(("▁", -1), ("x", -2), ("▁x", -20));
        Assert.That(Pieces(file, "x日本x"), Is.EqualTo("▁ x <unk> x"));
        // The unknown costs 20 + 10: a piece of -31 for the same character is still taken, because it is known.
        Assert.That(Pieces(PieceFile.New().Pieces(("▁", -1), ("x", -31)), "xx"), Is.EqualTo("▁ x x"));
    }

    [Test]
    public void Bytes_stand_for_unknown_characters_where_the_model_says_so()
    {
        var file = PieceFile.New().AllBytes().Pieces(("▁", -1), ("x", -2)).Trainer(35, 1);
        Assert.That(Pieces(file, "xé日"), Is.EqualTo("▁ x <0xC3> <0xA9> <0xE6> <0x97> <0xA5>"));
        using var folder = new TemporaryFolder();
        folder.File("spiece.model", file.ToArray());
        var tokenizer = Tokenizers.Open(folder.Root);
        Assert.That(tokenizer.Decode([.. tokenizer.Encode("xé日").Tokens]), Is.EqualTo("xé日"));
    }

    [Test]
    public void User_defined_symbols_are_kept_whole_and_unused_pieces_are_not_made()
    {
        var file = PieceFile.New().Pieces(("▁", -1), ("a", -2), ("b", -2)).Piece("ab", 0, 4).Piece("ba", -0.1f, 5);
        Assert.That(Pieces(file, "aba"), Is.EqualTo("▁ ab a"));
        Assert.That(Pieces(file, "ba"), Is.EqualTo("▁ b a"));
    }

    [TestCase(3, 0ul, " a  a ", "a ▁ a"), TestCase(4, 0ul, " a  a ", "▁ ▁ a ▁ ▁ a ▁"), TestCase(5, 0ul, "a a", "<unk> a <unk> a")]
    [TestCase(3, 1ul, " a  a ", "▁ a ▁ a")]
    public void Spaces_follow_the_normalizer(int field, ulong value, string text, string pieces)
        => Assert.That(Pieces(PieceFile.New().Pieces(("▁", -1), ("a", -2)).Normalizer(field, value), text), Is.EqualTo(pieces));

    [Test]
    public void The_dummy_space_goes_behind_where_the_model_says_so()
    {
        var file = PieceFile.New().Pieces(("▁", -1), ("a", -2), ("a▁", -2)).Trainer(24, 1);
        Assert.That(Pieces(file, "a a"), Is.EqualTo("a▁ a▁"));
    }

    [Test]
    public void The_number_of_sentinels_is_the_folders_to_say()
    {
        using var folder = new TemporaryFolder();
        folder.File("spiece.model", PieceFile.New().Pieces(("▁", -1), ("a", -2)).ToArray());
        folder.File("tokenizer_config.json", """{"extra_ids":2,"tokenizer_class":"T5Tokenizer","model_max_length":77}""");
        var tokenizer = Tokenizers.Open(folder.Root);
        Assert.That((tokenizer.VocabularySize, tokenizer.MaxLength), Is.EqualTo((7, 77)));
        Assert.That(tokenizer.Find("<extra_id_0>"), Is.EqualTo(6));
    }

    static string Pieces(PieceFile file, string text)
    {
        using var folder = new TemporaryFolder();
        folder.File("spiece.model", file.ToArray());
        var tokenizer = Tokenizers.Open(folder.Root);
        return string.Join(' ', tokenizer.Encode(text).Tokens.SkipLast(1).Select(tokenizer.Token));
    }
}
