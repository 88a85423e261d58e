using SuTI.Engine.IO;
using SuTI.Model.Tests.Fixtures;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Vision;

/// <summary>vit_* and dino_*: vision transformers in small, by the library's names and by DINO's own.</summary>
[Category("Fixtures")]
public class VitFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Library() => Cases("vit_");

    static IEnumerable<TestCaseData> Original() => Cases("dino_");

    [TestCaseSource(nameof(Library))]
    public void By_the_names_of_the_library(string folder, object arithmetic)
    {
        using var fixture = new NetworkFixture(folder, (Arithmetic)arithmetic);
        var io = fixture.Case;
        bool hasPooler = io.Has("out.pooler_output");
        var vit = new VitModel(fixture.Store.Root, VitConfig.Read(fixture.Config) with { HasPooler = hasPooler });
        fixture.Load(hasPooler ? VitModel.ParameterPathWithPooler : VitModel.ParameterPath);
        var images = io.Input("pixel_values").ToChannelsLast();
        var last = vit.Forward(images);
        io.Compare("out.last_hidden_state", last);
        if (io.Has("out.cls"))
        {
            io.Compare("out.cls", vit.Feature(images));
            io.Compare("out.cls", last.Slice(1, 0, 1).Squeeze(1));
        }
        if (hasPooler)
            io.Compare("out.pooler_output", vit.Pool(last));
        fixture.CompareStates(vit.HiddenStates(images));
        fixture.BackwardFromDout(("last_hidden_state", last), ("cls", last.Slice(1, 0, 1).Squeeze(1)));
        io.Finish();
    }

    [TestCaseSource(nameof(Original))]
    public void By_the_names_of_the_original(string folder, object arithmetic)
    {
        using var fixture = new NetworkFixture(folder, (Arithmetic)arithmetic);
        var io = fixture.Case;
        var vit = new VitModel(fixture.Store.Root, VitConfig.Read(fixture.Config));
        using (var checkpoint = SafetensorsCheckpoint.Open(Path.Combine(folder, "model.safetensors")))
            DinoCheckpoint.Load(fixture.Store, checkpoint);
        var images = io.Input("image").ToChannelsLast();
        var feature = vit.Feature(images);
        io.Compare("out.cls", feature);
        var states = vit.HiddenStates(images);
        if (io.Has("out.prepared_tokens"))
            io.Compare("out.prepared_tokens", states[0]);
        if (io.Has("out.last_selfattention"))
            io.Compare("out.last_selfattention", vit.LastAttention(images));
        for (int fromEnd = 1; fromEnd < states.Count; fromEnd++)
        {
            if (io.Has($"out.intermediate.-{fromEnd}"))
                io.Compare($"out.intermediate.-{fromEnd}", vit.Normalise(states[^fromEnd]));
        }
        io.Finish();
    }

    static IEnumerable<TestCaseData> Cases(string kind) => Arithmetic.Cases(FixtureFolder.Find(kind),
        Arithmetic.Processor, Arithmetic.Proof, Arithmetic.Cuda, Arithmetic.CudaHalf);
}
