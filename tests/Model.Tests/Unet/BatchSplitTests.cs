using SuTI.Model.Autoencoder;
using SuTI.Model.Tests.Fixtures;
using SuTI.Model.Unet;

namespace SuTI.Model.Tests.Unet;

/// <summary>A picture is the same, bit for bit, whatever else is in its batch.</summary>
[Category("Fixtures")]
public class BatchSplitTests : LeakCheck
{
    const int Most = 17;

    static IEnumerable<string> Unets() => FixtureFolder.Find("unet_");

    static IEnumerable<string> Autoencoders() => FixtureFolder.Find("vae_kl_");

    [TestCaseSource(nameof(Unets))]
    public void Unet(string folder)
    {
        using var fixture = new NetworkFixture(folder, Arithmetic.Processor);
        var unet = new ConditionalUnet(fixture.Store.Root, UnetConfigReader.Read(fixture.Config));
        fixture.Load();
        var io = fixture.Case;
        var shape = io.Input("sample").ToChannelsLast().Shape;
        var context = io.Input("encoder_hidden_states").Shape;
        double[] levels = io.Has("in.class_labels") ? [.. Enumerable.Range(0, Most).Select(i => 11.0 * i)] : [];
        double[] times = [.. Enumerable.Range(0, Most).Select(i => 57.0 * i)];
        Tensor x = Drawn(1, Most, shape[1], shape[2], shape[3]), text = Drawn(2, Most, context[1], context[2]);
        Check(count => Run(0, count), at => Run(at, 1));

        Tensor Run(int first, int count) => unet.Forward(x.Slice(0, first, count), times.AsSpan(first, count).ToArray(),
            text.Slice(0, first, count), null, levels.Length == 0 ? [] : levels.AsSpan(first, count).ToArray());
    }

    [TestCaseSource(nameof(Autoencoders))]
    public void Autoencoder(string folder)
    {
        using var fixture = new NetworkFixture(folder, Arithmetic.Processor);
        var config = AutoencoderConfig.Read(fixture.Config);
        var autoencoder = new ImageAutoencoder(fixture.Store.Root, config);
        fixture.Load(ImageAutoencoder.ParameterPath);
        var latents = Drawn(1, Most, 6, 5, config.LatentChannels);
        Check(count => autoencoder.Decode(latents.Slice(0, 0, count)), at => autoencoder.Decode(latents.Slice(0, at, 1)));
    }

    static Tensor Drawn(uint purpose, params int[] shape) => Tensor.Normal(Shape.Create(shape), new RandomKey(1, purpose));

    static void Check(Func<int, Tensor> first, Func<int, Tensor> alone)
    {
        using var noGradient = GradientMode.Disable();
        foreach (int count in new[] { 2, 3, 8, Most })
        {
            using var scope = TensorScope.Open("batch");
            float[] together = first(count).Contiguous().ToArray<float>();
            int length = together.Length / count;
            for (int at = 0; at < count; at++)
            {
                Assert.That(alone(at).Contiguous().ToArray<float>(), Is.EqualTo(together.AsSpan(at * length, length).ToArray()),
                    $"{at} of {count}");
            }
        }
    }
}
