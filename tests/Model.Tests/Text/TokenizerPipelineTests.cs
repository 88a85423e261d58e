using System.Text.Json;
using SuTI.Engine.IO;
using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>The tokenizers of whole pipelines against the ids that those gave to their text encoders.</summary>
[TestFixture, Category("Fixtures")]
public class TokenizerPipelineTests : LeakCheck
{
    const string Mask = "in.attention_mask";

    static IEnumerable<TestCaseData> Pipelines() => FixtureFolder.Find("pipeline_")
        .Where(folder => Directory.Exists(Path.Combine(folder, "tokenizer")))
        .Select(folder => new TestCaseData(folder).SetArgDisplayNames(Path.GetFileName(folder)));

    [Test]
    public void There_are_pipelines_of_both_kinds()
    {
        if (FixtureFolder.IsCopy)
            Assert.That(Pipelines().Count(), Is.EqualTo(4));
    }

    [TestCaseSource(nameof(Pipelines))]
    public void The_prompts_give_the_ids_and_the_mask_of_the_pipeline(string folder)
    {
        var tokenizer = Tokenizers.Open(Path.Combine(folder, "tokenizer"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        string[] prompts = [.. json.RootElement.GetProperty("prompts").EnumerateArray().Select(text => text.GetString()!)];
        using var expected = SafetensorsFile.Open(Path.Combine(folder, "io.safetensors"));
        using var scope = TensorScope.Open("prompts");
        var ids = FixtureTensors.Read(expected, "in.input_ids", DType.Float32);
        var batch = tokenizer.EncodeBatch(tokenizer is T5Tokenizer ? [.. prompts.Select(Captions.Plain)] : prompts,
            (int)ids.Shape[1]);
        Assert.That(batch.Ids.Shape, Is.EqualTo(ids.Shape));
        Assert.That(batch.Ids.ToArray<long>(), Is.EqualTo(ids.ToArray<long>()));
        if (expected.Contains(Mask))
            Assert.That(batch.Mask.ToArray<long>(),
                Is.EqualTo(FixtureTensors.Read(expected, Mask, DType.Float32).ToArray<long>()));
        Assert.That(batch.CutTokens, Is.Zero);
    }
}
