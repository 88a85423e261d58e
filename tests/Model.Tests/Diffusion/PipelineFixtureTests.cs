using System.Text.Json;
using SuTI.Model.Diffusion;
using SuTI.Model.Folders;

namespace SuTI.Model.Tests.Diffusion;

/// <summary>pipeline_*: whole model folders from the prompt to the picture, with the noise that is given.</summary>
[Category("Fixtures")]
public class PipelineFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> StableDiffusion() => Cases("pipeline_sd_");

    static IEnumerable<TestCaseData> DeepFloyd() => Cases("pipeline_if_");

    [TestCaseSource(nameof(StableDiffusion))]
    public void Latents(string folder, DType type)
    {
        using var scope = TensorScope.Open("fixture");
        using var io = Open(folder, type);
        using var pipeline = StableDiffusionPipeline.Open(ModelFolder.Open(folder), new() { Weights = type });
        var request = Request(io) with
        {
            Height = io.Options.Integer("height"),
            Width = io.Options.Integer("width"),
        };
        Assert.That(pipeline.Tokenizer.EncodeBatch(request.Prompts).Ids.ToDoubles(),
            Is.EqualTo(io.ReadDoubles("in.input_ids")));
        io.Compare("out.prompt_embeds", pipeline.Encode(request.Prompts));
        var images = pipeline.Generate(request, new RecordedNoise(io.Read("in.latents").ToChannelsLast()),
            made => CompareStep(io, $"out.latents.{made.Step}", made));
        io.Compare("out.images", images);
        io.Finish();
    }

    [TestCaseSource(nameof(DeepFloyd))]
    public void Pixels(string folder, DType type)
    {
        using var scope = TensorScope.Open("fixture");
        using var io = Open(folder, type);
        using var pipeline = DeepFloydPipeline.Open(ModelFolder.Open(folder), new() { Weights = type });
        var request = Request(io);
        io.Options.Describes("low");
        var small = pipeline.Enlarges
            ? new SmallPictures(io.Read("in.image").ToChannelsLast(), io.Options.Integer("noise_level")) : null;
        io.Compare("out.prompt_embeds", pipeline.Encode(request.Prompts, isClean: true));
        var draws = new List<Tensor>();
        while (io.Has($"in.draw.{draws.Count}"))
            draws.Add(io.Read($"in.draw.{draws.Count}").ToChannelsLast());
        int ofSteps = pipeline.Enlarges ? 2 : 1;
        var noise = new RecordedNoise(draws[0], draws[ofSteps..], pipeline.Enlarges ? draws[1] : null);
        var images = pipeline.Generate(request, small, noise, isClean: true,
            made => CompareStep(io, $"out.sample.{made.Step}", made));
        io.Compare("out.images", images);
        io.Finish();
    }

    static IEnumerable<TestCaseData> Cases(string kind)
        => from folder in FixtureFolder.Find(kind)
           from type in new[] { DType.Float32, DType.Float64 }
           select new TestCaseData(folder, type).SetArgDisplayNames(Path.GetFileName(folder), type.Label());

    static FixtureCase Open(string folder, DType type) => new(folder, "", Options(folder), type);

    static JsonElement Options(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        return document.RootElement.Clone();
    }

    static ImageRequest Request(FixtureCase io)
    {
        io.Options.Describes("prompts", "negative_prompts");
        var options = Options(io.Folder);
        return new(options.GetProperty("prompts").Deserialize<string[]>()!)
        {
            NegativePrompts = options.GetProperty("negative_prompts").Deserialize<string[]>(),
            Steps = io.Options.Integer("num_inference_steps"),
            Guidance = new ClassifierFreeGuidance(io.Options.Number("guidance_scale"), Dropped.Text),
        };
    }

    // A sampler's first calls may be left out where they are no samples of their own.
    static void CompareStep(FixtureCase io, string key, SamplingProgress made)
    {
        if (io.Has(key))
            io.Compare(key, made.X.ToChannelsFirst());
    }
}
