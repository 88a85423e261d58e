using System.Text.Json;
using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>Tokenizers against the ids of the published implementations, string by string.</summary>
[TestFixture, Category("Fixtures")]
public class TokenizerFixtureTests : LeakCheck
{
    static readonly Dictionary<string, ITokenizer> s_opened = [];

    static IEnumerable<TestCaseData> Strings(string kind) => FixtureFolder.Find(kind)
        .SelectMany(folder => Cases(folder).Select((json, i) => new TestCaseData(folder, json)
            .SetArgDisplayNames($"{Path.GetFileName(folder)}/{i}")));

    static IEnumerable<TestCaseData> ClipStrings() => Strings("clip_tokenizer");

    static IEnumerable<TestCaseData> T5Strings() => Strings("t5_tokenizer");

    [Test]
    public void Every_kind_has_strings([Values("clip_tokenizer", "t5_tokenizer")] string kind)
    {
        if (FixtureFolder.IsCopy)
            Assert.That(Strings(kind), Is.Not.Empty);
    }

    [TestCaseSource(nameof(ClipStrings))]
    public void Clip_gives_the_published_ids(string folder, JsonElement @case)
    {
        var tokenizer = Open(folder);
        string text = @case.GetProperty("text").GetString()!;
        var tokens = tokenizer.Encode(text, int.MaxValue).Tokens;
        // Where implementations differ any of them counts as right; ours follows the first.
        if (FixtureFolder.IsCopy || @case.GetProperty("agree").GetBoolean())
            Assert.That(tokens, Is.EqualTo(Ids(@case, "ids")), text);
        else
            Assert.That(Answers(@case), Has.Some.EqualTo(tokens), text);
        if (@case.TryGetProperty("ids_77", out _))
        {
            using var scope = TensorScope.Open("clip");
            var batch = tokenizer.EncodeBatch([text], 77);
            Assert.That(batch.Ids.ToArray<long>(), Is.EqualTo(Ids(@case, "ids_77")));
            Assert.That(batch.CutTokens, Is.EqualTo(Math.Max(0, Ids(@case, "ids").Length - 77)));
        }
        if (@case.TryGetProperty("decoded", out var decoded))
            Assert.That(tokenizer.Decode(Ids(@case, "ids")), Is.EqualTo(decoded.GetString()));
    }

    [TestCaseSource(nameof(T5Strings))]
    public void T5_gives_the_published_ids(string folder, JsonElement @case)
    {
        string text = @case.GetProperty("text").GetString()!;
        Assert.That(Open(folder).Encode(text, int.MaxValue).Tokens, Is.EqualTo(Ids(@case, "ids")), text);
    }

    static IEnumerable<int[]> Answers(JsonElement @case) => @case.GetProperty("other").EnumerateObject()
        .Select(other => other.Value.Deserialize<int[]>()!).Prepend(Ids(@case, "ids"));

    static int[] Ids(JsonElement json, string key) => json.GetProperty(key).Deserialize<int[]>()!;

    static JsonElement[] Cases(string folder)
        => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json"))).RootElement.EnumerateArray().ToArray();

    static ITokenizer Open(string folder)
    {
        lock (s_opened)
        {
            return s_opened.TryGetValue(folder, out var opened) ? opened : s_opened[folder] = Tokenizers.Open(ClipVocabulary.Completed(folder));
        }
    }
}
