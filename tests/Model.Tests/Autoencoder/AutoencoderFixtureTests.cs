using SuTI.Model.Autoencoder;
using SuTI.Model.Tests.Fixtures;

namespace SuTI.Model.Tests.Autoencoder;

/// <summary>vae_kl_*: the published autoencoder in small, both ways and backward.</summary>
[Category("Fixtures")]
public class AutoencoderFixtureTests : LeakCheck
{
    // The weight of the divergence in the fixtures' loss.
    const double DivergenceWeight = 0.01;

    static IEnumerable<TestCaseData> Cases() => Arithmetic.Cases(FixtureFolder.Find("vae_kl_"), Arithmetic.Processor,
        Arithmetic.Proof, Arithmetic.Cuda, Arithmetic.CudaHalf);

    [TestCaseSource(nameof(Cases))]
    public void Network(string folder, object arithmetic)
    {
        using var fixture = new NetworkFixture(folder, (Arithmetic)arithmetic);
        var autoencoder = new ImageAutoencoder(fixture.Store.Root, AutoencoderConfig.Read(fixture.Config));
        fixture.Load(ImageAutoencoder.ParameterPath);
        var io = fixture.Case;
        var latents = autoencoder.Encode(io.Input("image").ToChannelsLast());
        io.Compare("out.mean", latents.Mean.ToChannelsFirst());
        io.Compare("out.logvar", latents.LogVariance.ToChannelsFirst());
        if (io.Has("out.std"))
            io.Compare("out.std", latents.StandardDeviation.ToChannelsFirst());
        if (io.Has("out.kl"))
            io.Compare("out.kl", latents.Divergence());
        var sample = io.Has("in.noise") ? latents.Sample(io.Read("in.noise").ToChannelsLast()) : null;
        if (sample is not null)
            io.Compare("out.latent_sample", sample.ToChannelsFirst());
        io.Compare("out.decoded", autoencoder.Decode(io.Input("latent").ToChannelsLast()).ToChannelsFirst());
        if (io.Has("in.loss_target"))
            Backward(fixture, autoencoder, latents, sample!);
        io.Finish();
    }

    static void Backward(NetworkFixture fixture, ImageAutoencoder autoencoder, LatentDistribution latents,
        Tensor sample)
    {
        var io = fixture.Case;
        var images = autoencoder.Decode(sample).ToChannelsFirst();
        io.Compare("out.reconstruction", images);
        var loss = images.Mse(io.Read("in.loss_target")) + (latents.Divergence().Mean() * DivergenceWeight);
        io.Compare("out.loss", loss);
        loss.Backward();
        fixture.CompareGradients(ImageAutoencoder.ParameterPath);
    }
}
