using SuTI.Engine.IO;
using SuTI.Model.Tests.Fixtures;
using SuTI.Model.Text;

namespace SuTI.Model.Tests.Text;

/// <summary>t5_encoder_*: the encoder of T5 in small, forward and backward.</summary>
[Category("Fixtures")]
public class T5FixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Cases() => Arithmetic.Cases(FixtureFolder.Find("t5_encoder_"),
        Arithmetic.Processor, Arithmetic.Proof, Arithmetic.Cuda, Arithmetic.CudaHalf);

    [TestCaseSource(nameof(Cases))]
    public void Network(string folder, object arithmetic)
    {
        using var fixture = new NetworkFixture(folder, (Arithmetic)arithmetic);
        var io = fixture.Case;
        var encoder = new T5Encoder(fixture.Store.Root, T5Config.Read(fixture.Config));
        using (var checkpoint = SafetensorsCheckpoint.Open(Path.Combine(folder, "model.safetensors")))
            fixture.Load(T5Encoder.ParameterPaths(checkpoint.Names));
        var ids = io.Input("input_ids");
        var mask = io.OptionalInput("attention_mask");
        var last = encoder.Forward(ids, mask, io.DType);
        io.Compare("out.last_hidden_state", last);
        fixture.CompareStates(encoder.HiddenStates(ids, mask, io.DType));
        if (io.Has("out.no_mask.last_hidden_state"))
            io.Compare("out.no_mask.last_hidden_state", encoder.Forward(ids, dtype: io.DType));
        fixture.BackwardFromDout(("last_hidden_state", last));
        io.Finish();
    }
}
