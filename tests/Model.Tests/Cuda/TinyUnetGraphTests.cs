using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;
using SuTI.Model.Benchmarks;

namespace SuTI.Model.Tests.Cuda;

/// <summary>A whole U-Net captured as a CUDA graph: the bits of the eager one, in memory that does not grow.</summary>
public class TinyUnetGraphTests
{
    const int Samples = 1, Side = 8, Steps = 2;

    [Test]
    public void A_captured_sampling_step_has_the_eager_bits()
    {
        using var scope = TensorScope.Open("sampling");
        var device = Device.Cuda();
        using var store = new ParameterStore(device);
        var unet = new TinyUnet(store.Root);
        store.Allocate(seed: 3);
        var (x, times, context, _) = Batch(0, device);
        _ = unet.Forward(x, times, context);
        Tensor? y = null;
        using var graph = device.Capture(() => y = unet.Forward(x, times, context).Detach());
        for (int step = 1; step <= 2; step++)
        {
            using var inner = TensorScope.Open("step");
            graph.Set(x, Batch(step, device).X);
            graph.Launch();
            float[] found = y!.ToArray<float>();
            Assert.That(found, Is.EqualTo(unet.Forward(x, times, context).ToArray<float>()));
        }
    }

    [Test]
    public void A_captured_training_step_has_the_eager_bits()
    {
        using var scope = TensorScope.Open("training");
        using var eager = new Trainer();
        using var trainer = new Trainer();
        var device = Device.Cuda();
        for (int step = 0; step <= Steps; step++)
        {
            using var inner = TensorScope.Open("step");
            eager.Step(Batch(step, device));
            if (step == 0)
                trainer.Step(Batch(step, device));
        }
        var batch = Batch(0, device);
        using var graph = device.Capture(() => trainer.Step(batch));
        for (int step = 1; step <= Steps; step++)
        {
            using var inner = TensorScope.Open("step");
            var next = Batch(step, device);
            graph.Set(batch.X, next.X);
            graph.Set(batch.Context, next.Context);
            graph.Set(batch.Target, next.Target);
            graph.Launch();
        }
        for (int i = 0; i < eager.Store.Parameters.Count; i++)
        {
            Assert.That(trainer.Store.Parameters[i].Value.ToArray<float>(), Is.EqualTo(eager.Store.Parameters[i].Value.ToArray<float>()));
            Assert.That(trainer.Average.Shadow.Parameters[i].Value.ToArray<float>(), Is.EqualTo(eager.Average.Shadow.Parameters[i].Value.ToArray<float>()));
        }
    }

    static (Tensor X, Tensor Times, Tensor Context, Tensor Target) Batch(int step, Device device)
    {
        Tensor Of(Shape shape, float phase) => Tensor.From(
            [.. Enumerable.Range(0, (int)shape.Length).Select(i => MathF.Sin((i * 0.37f) + phase + step))], shape, device);
        return (Of([Samples, Side, Side, TinyUnet.Channels], 0), TinyUnet.TimeEmbedding([500], device), Of([Samples, 7, TinyUnet.ContextWidth], 1),
            Of([Samples, Side, Side, TinyUnet.Channels], 2));
    }

    sealed class Trainer : IDisposable
    {
        readonly TinyUnet _unet;
        readonly AdamW _optimizer;

        internal Trainer()
        {
            Store = new(Device.Cuda());
            _unet = new(Store.Root);
            Store.Allocate(seed: 3);
            _optimizer = new(Store.Trainable);
            Average = new(Store);
        }

        internal ParameterStore Store { get; }

        internal Ema Average { get; }

        internal void Step((Tensor X, Tensor Times, Tensor Context, Tensor Target) batch)
        {
            using var scope = TensorScope.Open("step");
            Store.ClearGradients();
            _unet.Forward(batch.X, batch.Times, batch.Context).Mse(batch.Target).Backward();
            _optimizer.Step(1e-4, Average);
        }

        public void Dispose()
        {
            Average.Dispose();
            _optimizer.Dispose();
            Store.Dispose();
        }
    }
}
