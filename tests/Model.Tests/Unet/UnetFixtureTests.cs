using SuTI.Model.Tests.Fixtures;
using SuTI.Model.Unet;

namespace SuTI.Model.Tests.Unet;

/// <summary>unet_*: the published U-Nets in small, forward and backward.</summary>
[Category("Fixtures")]
public class UnetFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Cases() => Arithmetic.Cases(FixtureFolder.Find("unet_"), Arithmetic.Processor,
        Arithmetic.Proof, Arithmetic.Cuda, Arithmetic.CudaHalf);

    [TestCaseSource(nameof(Cases))]
    public void Network(string folder, object arithmetic)
    {
        using var fixture = new NetworkFixture(folder, (Arithmetic)arithmetic);
        var unet = new ConditionalUnet(fixture.Store.Root, UnetConfigReader.Read(fixture.Config));
        fixture.Load();
        var io = fixture.Case;
        var x = io.Input("sample");
        var y = unet.Forward(x.ToChannelsLast(), io.ReadDoubles("in.timestep"), io.Input("encoder_hidden_states"),
            Mask(io), io.Has("in.class_labels") ? io.ReadDoubles("in.class_labels") : [])
            .ToChannelsFirst();
        io.Compare("out.sample", y);
        if (io.Has("in.loss_target"))
        {
            var loss = y.Cast(io.DType.Accumulator()).Mse(io.Read("in.loss_target").Cast(io.DType.Accumulator()));
            io.Compare("out.loss", loss);
            loss.Backward();
            fixture.CompareGradients();
        }
        io.Finish();
    }

    static Tensor? Mask(FixtureCase io)
    {
        const string key = "in.encoder_attention_mask";
        if (!io.Has(key))
            return null;
        bool[] shown = Array.ConvertAll(io.ReadDoubles(key), value => value != 0);
        return Tensor.From(shown, io.Read(key).Shape, io.Device);
    }
}
