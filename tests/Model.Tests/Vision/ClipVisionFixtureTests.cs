using SuTI.Model.Tests.Fixtures;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Vision;

/// <summary>clip_vision_*: the image towers of CLIP in small.</summary>
[Category("Fixtures")]
public class ClipVisionFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Cases() => Arithmetic.Cases(FixtureFolder.Find("clip_vision_"),
        Arithmetic.Processor, Arithmetic.Proof, Arithmetic.Cuda, Arithmetic.CudaHalf);

    [TestCaseSource(nameof(Cases))]
    public void Network(string folder, object arithmetic)
    {
        using var fixture = new NetworkFixture(folder, (Arithmetic)arithmetic);
        var io = fixture.Case;
        var config = ClipVisionConfig.Read(fixture.Config);
        bool projects = io.Has("out.image_embeds");
        var projector = projects ? new ClipVisionProjector(fixture.Store.Root, config) : null;
        var encoder = projector?.Encoder ?? new ClipVisionEncoder(fixture.Store.Root, config);
        fixture.Load(projects ? ClipVisionProjector.ParameterPath : ClipVisionEncoder.ParameterPath);
        var images = io.Input("pixel_values").ToChannelsLast();
        var last = encoder.Forward(images);
        io.Compare("out.last_hidden_state", last);
        var pooled = io.Has("out.pooler_output") ? encoder.Pool(last) : null;
        if (pooled is not null)
            io.Compare("out.pooler_output", pooled);
        var embedded = projector?.Project(last);
        if (projector is not null)
        {
            io.Compare("out.image_embeds", embedded!);
            io.Compare("out.image_embeds", projector.Forward(images));
        }
        var states = encoder.HiddenStates(images);
        fixture.CompareStates(states);
        if (io.Has("out.penultimate"))
            io.Compare("out.penultimate", states[^2]);
        fixture.BackwardFromDout(("last_hidden_state", last), ("pooler_output", pooled), ("image_embeds", embedded));
        io.Finish();
    }
}
