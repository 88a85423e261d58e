using SuTI.Model.Tests.Fixtures;
using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>clip_text_*: the text towers of CLIP in small.</summary>
[Category("Fixtures")]
public class ClipTextFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Cases() => Arithmetic.Cases(FixtureFolder.Find("clip_text_"), Arithmetic.Processor,
        Arithmetic.Proof, Arithmetic.Cuda, Arithmetic.CudaHalf);

    [TestCaseSource(nameof(Cases))]
    public void Network(string folder, object arithmetic)
    {
        using var fixture = new NetworkFixture(folder, (Arithmetic)arithmetic);
        var io = fixture.Case;
        var config = ClipTextConfig.Read(fixture.Config);
        bool projects = io.Has("out.text_embeds");
        var projector = projects ? new ClipTextProjector(fixture.Store.Root, config) : null;
        var encoder = projector?.Encoder ?? new ClipTextEncoder(fixture.Store.Root, config);
        fixture.Load(projects ? ClipTextProjector.ParameterPath : ClipTextEncoder.ParameterPath);
        var ids = io.Input("input_ids");
        var mask = io.OptionalInput("attention_mask");
        var last = encoder.Forward(ids, mask, dtype: io.DType);
        io.Compare("out.last_hidden_state", last);
        var pooled = io.Has("out.pooler_output") ? encoder.Pool(last, ids) : null;
        if (pooled is not null)
            io.Compare("out.pooler_output", pooled);
        var embedded = projector?.Project(last, ids);
        if (projector is not null)
        {
            io.Compare("out.text_embeds", embedded!);
            io.Compare("out.text_embeds", projector.Forward(ids, mask, io.DType));
        }
        var states = encoder.HiddenStates(ids, mask, io.DType);
        fixture.CompareStates(states);
        if (io.Has("out.penultimate"))
            io.Compare("out.penultimate", states[^2]);
        if (io.Has("out.penultimate_normed"))
        {
            io.Compare("out.penultimate_normed", encoder.Normalise(states[^2]));
            io.Compare("out.penultimate_normed", encoder.Forward(ids, mask, skip: 1, io.DType));
        }
        fixture.BackwardFromDout(("last_hidden_state", last), ("pooler_output", pooled), ("text_embeds", embedded));
        io.Finish();
    }
}
