using SuTI.Model.Nano;
using SuTI.Model.Text;
using SuTI.Model.World;

namespace SuTI.Model.Tests.Nano;

public class NanoTokenizerTests
{
    static readonly ITokenizer s_tokenizer = NanoTokenizer.Create();

    [Test]
    public void Every_word_of_the_world_is_one_token()
    {
        foreach (string word in SubjectWorld.Vocabulary.SelectMany(phrase => phrase.Split(' ', '-')))
            Assert.That(s_tokenizer.Encode(word).Tokens, Has.Count.EqualTo(3), word);
        Assert.That(SubjectWorld.Vocabulary.SelectMany(s_tokenizer.UnknownWords), Is.Empty);
    }

    [TestCase("a watercolour painting of a red dog on a beach", "a watercolour painting of a red dog on a beach")]
    [TestCase("A  RED\tdog!", "a red dog!")]
    [TestCase("the grumpy aardvark, 3 times", "the grumpy aardvark, 3 times")]
    [TestCase("ein süßer Hund im Café", "ein süßer hund im café")]
    [TestCase("猫 🐈 is a cat", "猫 🐈 is a cat")]
    [TestCase("", "")]
    public void Any_text_is_encoded_without_a_loss(string text, string expected)
    {
        var tokens = s_tokenizer.Encode(text).Tokens;
        Assert.That(Apart(s_tokenizer.Decode([.. tokens])), Is.EqualTo(Apart(expected)));
        Assert.That(tokens[0], Is.EqualTo(s_tokenizer.StartId));
        Assert.That(tokens[^1], Is.EqualTo(s_tokenizer.EndId).And.EqualTo(s_tokenizer.VocabularySize - 1));

        // Decoding puts a space behind every word and sign.
        static string Apart(string decoded) => decoded.Replace(" ", "", StringComparison.Ordinal);
    }

    [Test]
    public void Words_that_are_not_known_are_named_once_in_their_order()
    {
        Assert.That(s_tokenizer.UnknownWords("A photo of my Aardvark and your fluffy aardvark, on a beach! x 7 ??"),
            Is.EqualTo(new[] { "aardvark", "fluffy" }));
        Assert.That(s_tokenizer.UnknownWords("a café"), Is.EqualTo(new[] { "café" }));
        Assert.That(s_tokenizer.UnknownWords("the red dog wearing a santa hat on the moon"), Is.Empty);
    }

    [Test]
    public void More_words_are_known_when_they_are_given()
    {
        var more = NanoTokenizer.Create(["snow leopard", "aardvark"]);
        Assert.That(more.UnknownWords("an aardvark and a leopard"), Is.Empty);
        Assert.That(more.Encode("aardvark").Tokens, Has.Count.EqualTo(3));
        Assert.That(more.Decode([.. more.Encode("a red aardvark").Tokens]), Is.EqualTo("a red aardvark"));
    }

    [Test]
    public void Captions_fit()
    {
        var world = new SubjectWorld(1);
        for (ulong i = 0; i < 3000; i++)
        {
            var request = world.Request(WorldSplit.Train, i);
            string caption = WorldCaptions.Write(world.Subject((long)i), request, isFull: true);
            Assert.That(s_tokenizer.Encode(caption).IsCut, Is.False, caption);
        }
    }

    [Test]
    public void The_saved_folder_opens_as_the_same_tokenizer()
    {
        using var folder = new TemporaryFolder();
        NanoTokenizer.Save(folder.Root);
        var opened = Tokenizers.Open(folder.Root);
        Assert.That(opened.VocabularySize, Is.EqualTo(s_tokenizer.VocabularySize).And.LessThan(2048));
        Assert.That(opened.MaxLength, Is.EqualTo(NanoTokenizer.MaxLength));
        foreach (string text in SubjectWorld.Vocabulary.Append("an unheard-of übercat in 1999").Append("ŋ\u0301 — 🐈"))
            Assert.That(opened.Encode(text).Tokens, Is.EqualTo(s_tokenizer.Encode(text).Tokens), text);
        Assert.That(Enumerable.Range(0, opened.VocabularySize).Select(opened.Token),
            Is.EqualTo(Enumerable.Range(0, opened.VocabularySize).Select(s_tokenizer.Token)));
    }
}
