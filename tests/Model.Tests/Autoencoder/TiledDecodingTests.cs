using SuTI.Engine.Layers;
using SuTI.Model.Autoencoder;

namespace SuTI.Model.Tests.Autoencoder;

public class TiledDecodingTests : LeakCheck
{
    static readonly AutoencoderConfig s_config = new(3, 3, [8, 8], 1, 4, 4, 1);

    [Test]
    public void One_tile_gives_the_bits_of_the_whole() => Run(8, 8, (autoencoder, z) =>
        Assert.That(autoencoder.DecodeTiled(z, tile: 8).ToArray<float>(),
            Is.EqualTo(autoencoder.Decode(z).ToArray<float>())));

    [Test]
    public void Pixels_of_one_tile_alone_are_its_own_and_shared_ones_lie_between() => Run(8, 13, (autoencoder, z) =>
    {
        var y = autoencoder.DecodeTiled(z, tile: 8);
        Assert.That(y.Shape, Is.EqualTo(Shape.Create([1, 16, 26, 3])));
        var left = autoencoder.Decode(z.Slice(2, 0, 8));
        var right = autoencoder.Decode(z.Slice(2, 5, 8));
        Assert.That(Values(y, 0, 10), Is.EqualTo(Values(left, 0, 10)));
        Assert.That(Values(y, 16, 10), Is.EqualTo(Values(right, 6, 10)));
        double[] shared = Values(y, 10, 6), a = Values(left, 10, 6), b = Values(right, 0, 6);
        for (int i = 0; i < shared.Length; i++)
            Assert.That(shared[i], Is.InRange(Math.Min(a[i], b[i]) - 1e-6, Math.Max(a[i], b[i]) + 1e-6));
    });

    [Test]
    public void Tiles_in_both_directions_cover_the_image() => Run(21, 17, (autoencoder, z) =>
    {
        var y = autoencoder.DecodeTiled(z, tile: 8);
        Assert.That(y.Shape, Is.EqualTo(Shape.Create([1, 42, 34, 3])));
        Assert.That(y.ToDoubles(), Has.All.Matches<double>(double.IsFinite));
    });

    [Test]
    public void Tiles_too_small_to_overlap_are_refused() => Run(9, 9, (autoencoder, z) =>
        Assert.That(() => autoencoder.DecodeTiled(z, tile: 4), Throws.InstanceOf<SutiException>()
            .With.Message.Contains("at least 8")));

    static double[] Values(Tensor x, int column, int width) => x.Slice(2, column, width).ToDoubles();

    static void Run(int height, int width, Action<ImageAutoencoder, Tensor> check)
    {
        using var scope = TensorScope.Open("tiles");
        using var noGradient = GradientMode.Disable();
        using var store = new ParameterStore();
        var autoencoder = new ImageAutoencoder(store.Root, s_config);
        store.Allocate(seed: 1);
        check(autoencoder, Tensor.Normal([1, height, width, 4], RandomKey.For("latents", seed: 2)));
    }
}
