using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Text;
using SuTI.Model.Transformers;
using SuTI.Model.Vision;

namespace SuTI.Model.Benchmarks;

/// <summary>
/// <c>clip_image_b32_bB</c>, <c>clip_text_l14_bB</c> and <c>dino_s16_bB</c>: whole towers of published sizes, forward.
/// </summary>
static class TowerWorkloads
{
    internal static IEnumerable<Workload> All()
    {
        yield return Image(8);
        yield return Text(2);
        yield return Dino(8);
    }

    static Workload Image(int batch) => new($"clip_image_b32_b{batch}", place =>
    {
        var sizes = new TransformerSizes(768, 12, 12, 3072, Activation.QuickGelu, 1e-5);
        var store = new ParameterStore(place.Device);
        var tower = new ClipVisionProjector(store.Root, new(sizes));
        store.Allocate(seed: 0);
        var images = Inputs.Normal(place, 1, batch, 224, 224, 3);
        return Forward(store, () => tower.Forward(images), batch * Flops(sizes, tokens: 50, patch: 32));
    });

    static Workload Text(int batch) => new($"clip_text_l14_b{batch}", place =>
    {
        var sizes = new TransformerSizes(768, 12, 12, 3072, Activation.QuickGelu, 1e-5, IsCausal: true);
        var config = new ClipTextConfig(sizes);
        var store = new ParameterStore(place.Device);
        var tower = new ClipTextEncoder(store.Root, config);
        store.Allocate(seed: 0);
        long[] ids = [.. Enumerable.Range(0, batch * config.Positions).Select(i => i * 7919L % config.Vocabulary)];
        var tokens = Tensor.From(ids, [batch, config.Positions], place.Device);
        return Forward(store, () => tower.Forward(tokens, dtype: place.DType),
            batch * Flops(sizes, config.Positions, patch: 0));
    });

    static Workload Dino(int batch) => new($"dino_s16_b{batch}", place =>
    {
        var sizes = new TransformerSizes(384, 12, 6, 1536, Activation.Gelu, 1e-6);
        var store = new ParameterStore(place.Device);
        var network = new VitModel(store.Root, new(sizes));
        store.Allocate(seed: 0);
        var images = Inputs.Normal(place, 1, batch, 224, 224, 3);
        return Forward(store, () => network.Feature(images), batch * Flops(sizes, tokens: 197, patch: 16));
    });

    static Prepared Forward(ParameterStore store, Func<Tensor> run, double flops) => new(() =>
    {
        using var scope = TensorScope.Open("run");
        using var noGradient = GradientMode.Disable();
        run();
    }, flops, 0, store);

    // Two per multiply-add of the products, the attention (the half that a causal mask hides too) and the patches.
    static double Flops(TransformerSizes sizes, double tokens, int patch)
    {
        double width = sizes.Width;
        double layer = tokens * width * ((4 * width) + (2.0 * sizes.FeedForwardWidth)) + (2 * tokens * tokens * width);
        return 2 * ((sizes.Layers * layer) + (tokens * width * 3 * patch * patch));
    }
}
