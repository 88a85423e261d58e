using SuTI.Model.Tests.Fixtures;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Vision;

/// <summary>clip_model_*: both towers of CLIP in small, their contrastive loss and its gradients.</summary>
[Category("Fixtures")]
public class ClipModelFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Cases() => Arithmetic.Cases(FixtureFolder.Find("clip_model_"),
        Arithmetic.Processor, Arithmetic.Proof, Arithmetic.Cuda, Arithmetic.CudaHalf);

    [TestCaseSource(nameof(Cases))]
    public void Network(string folder, object arithmetic)
    {
        using var fixture = new NetworkFixture(folder, (Arithmetic)arithmetic);
        var io = fixture.Case;
        var clip = new ClipModel(fixture.Store.Root, ClipConfig.Read(fixture.Config));
        fixture.Load(ClipModel.ParameterPath);
        var result = clip.Forward(io.Input("input_ids"), io.Input("pixel_values").ToChannelsLast(),
            io.OptionalInput("attention_mask"));
        io.Compare("out.text_embeds", result.TextEmbeddings);
        io.Compare("out.image_embeds", result.ImageEmbeddings);
        io.Compare("out.logits_per_text", result.LogitsPerText);
        io.Compare("out.logits_per_image", result.LogitsPerImage);
        if (io.Has("out.loss"))
        {
            var loss = ClipModel.ContrastiveLoss(result);
            io.Compare("out.loss", loss);
            loss.Backward();
            fixture.CompareGradients();
        }
        io.Finish();
    }
}
