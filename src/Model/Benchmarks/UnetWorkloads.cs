using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Model.Benchmarks;

/// <summary><c>tinyunet_fwd_bB</c> and <c>tinyunet_train_bB</c>: the whole of <see cref="TinyUnet"/>, and a training step with AdamW.</summary>
static class UnetWorkloads
{
    /// <summary>Twice the multiply-adds of every convolution, linear layer and attention product, for one sample.</summary>
    const double FlopsPerSample = 4.98e9;

    internal static IEnumerable<Workload> All()
    {
        yield return Forward(1);
        yield return Forward(8);
        yield return Train(8);
    }

    static Workload Forward(int batch) => new($"tinyunet_fwd_b{batch}", place =>
    {
        var (store, unet, x, timesteps, context, _) = Setup(place, batch);
        return new(() =>
        {
            using var scope = TensorScope.Open("run");
            using var noGradient = GradientMode.Disable();
            unet.Forward(x, TinyUnet.TimeEmbedding(timesteps, place.Device), context);
        }, FlopsPerSample * batch, 0, store);
    });

    static Workload Train(int batch) => new($"tinyunet_train_b{batch}", place =>
    {
        var (store, unet, x, timesteps, context, y) = Setup(place, batch);
        var optimizer = new AdamW(store.Trainable);
        return new(() =>
        {
            using var scope = TensorScope.Open("run");
            store.ClearGradients();
            unet.Forward(x, TinyUnet.TimeEmbedding(timesteps, place.Device), context).Mse(y).Backward();
            optimizer.Step(1e-4);
        }, 3 * FlopsPerSample * batch, 0, optimizer, store);
    });

    static (ParameterStore Store, TinyUnet Unet, Tensor X, int[] Timesteps, Tensor Context, Tensor Y) Setup(BenchPlace place, int batch)
    {
        var store = new ParameterStore(place.Device);
        var unet = new TinyUnet(store.Root);
        store.Allocate(seed: 0);
        int[] timesteps = [.. Enumerable.Range(0, batch).Select(i => 997 * (i + 1) % 1000)];
        return (store, unet, Inputs.Normal(place, 1, batch, TinyUnet.Size, TinyUnet.Size, TinyUnet.Channels), timesteps,
            Inputs.Normal(place, 2, batch, TinyUnet.ContextLength, TinyUnet.ContextWidth),
            Inputs.Normal(place, 3, batch, TinyUnet.Size, TinyUnet.Size, TinyUnet.Channels));
    }
}
