using SuTI.Model.Diffusion;
using SuTI.Model.Folders;

namespace SuTI.Model.Tests.Diffusion;

/// <summary>What pipelines do beyond their fixtures: pictures do not depend on each other.</summary>
[Category("Fixtures")]
public class PipelineTests : LeakCheck
{
    static readonly string[] s_prompts = ["a photo of a cat", "two dogs", "", "A RED house!", "a"];

    static IEnumerable<string> StableDiffusion() => FixtureFolder.Find("pipeline_sd_");

    static IEnumerable<string> DeepFloyd() => FixtureFolder.Find("pipeline_if_");

    [TestCaseSource(nameof(StableDiffusion))]
    public void Latents(string folder)
    {
        using var pipeline = StableDiffusionPipeline.Open(ModelFolder.Open(folder));
        Check(new(s_prompts) { Steps = 4, Height = 16, Width = 24 }, (request, _) => pipeline.Generate(request));
    }

    [TestCaseSource(nameof(DeepFloyd))]
    public void Pixels(string folder)
    {
        using var pipeline = DeepFloydPipeline.Open(ModelFolder.Open(folder));
        Check(new(s_prompts) { Steps = 4 }, (request, first) => pipeline.Generate(request, pipeline.Enlarges
            ? new(Tensor.Uniform([request.Prompts.Count, 5, 6, 3], new RandomKey(1, 1), (uint)first)) : null));
    }

    [Test]
    public void Requests_that_do_not_fit_are_told()
    {
        string folder = StableDiffusion().First();
        using var scope = TensorScope.Open("test");
        using var pipeline = StableDiffusionPipeline.Open(ModelFolder.Open(folder), new() { Sampler = SamplerKind.Euler });
        Assert.That(pipeline.Scheduler.Kind, Is.EqualTo(SamplerKind.Euler));
        var request = new ImageRequest(["a cat"]) { Steps = 2 };
        Assert.That(() => pipeline.Generate(request with { Height = 17 }), Throws.TypeOf<SutiException>()
            .With.Message.Contains("height"));
        Assert.That(() => pipeline.Generate(request with { Seeds = [1, 2] }), Throws.TypeOf<SutiException>()
            .With.Message.Contains("seed"));
        Assert.That(() => pipeline.Generate(request with { NegativePrompts = [] }), Throws.TypeOf<SutiException>()
            .With.Message.Contains("negative prompt"));
        Assert.That(() => pipeline.Generate(new([])), Throws.TypeOf<SutiException>().With.Message.Contains("prompt"));
        Assert.That(() => DeepFloydPipeline.Open(ModelFolder.Open(folder)), Throws.InstanceOf<SutiException>());
    }

    /// <summary>All at once, one by one and in small calls: the same bits.</summary>
    static void Check(ImageRequest request, Func<ImageRequest, int, Tensor> generate)
    {
        request = request with { Seeds = [5, 6, 7, 100, 0], Eta = 0 };
        using var scope = TensorScope.Open("test");
        float[] together = Bits(request, 0);
        Assert.That(together, Is.All.InRange(0f, 1f));
        Assert.That(Bits(request with { SamplesPerCall = 3 }, 0), Is.EqualTo(together));
        int length = together.Length / s_prompts.Length;
        for (int i = 0; i < s_prompts.Length; i++)
        {
            Assert.That(Bits(request with { Prompts = [s_prompts[i]], Seeds = [request.Seeds[i]] }, i),
                Is.EqualTo(together[(i * length)..((i + 1) * length)]), $"picture {i}");
        }

        float[] Bits(ImageRequest some, int first)
        {
            using var inner = TensorScope.Open("run");
            return generate(some, first).Contiguous().ToArray<float>();
        }
    }
}
