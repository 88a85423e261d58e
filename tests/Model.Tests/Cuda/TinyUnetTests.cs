using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;
using SuTI.Model.Benchmarks;

namespace SuTI.Model.Tests.Cuda;

/// <summary>A whole diffusion U-Net under CUDA against the processor: every layer, forward, backward and training.</summary>
public class TinyUnetTests
{
    const int Samples = 2, Side = 8, Steps = 20;

    // Sums run in another order on each device, and 16 million parameters' worth of layers follow each other: a rounding of
    // 6e-8 grows by two to three digits on the way (the same network against PyTorch: 2.2e-6 forward, 1.2e-5 in gradients).
    const double Forward = 2e-5, Gradients = 2e-4, Losses = 1e-3;

    // bf16 keeps 8 bits: what remains of them after the same layers. Over seeds 1 to 5 of the weights 8.3e-3 to 9.9e-3 in the
    // output, 2.0e-2 to 2.2e-2 in the gradients.
    const double Halves = 2e-2;

    [Test]
    public void Forward_and_gradients_equal_the_processors()
    {
        var expected = Run(Device.Cpu, DType.Float32);
        var found = Run(Device.Cuda(), DType.Float32);
        Assert.That(Gap(found.Y, expected.Y), Is.LessThan(Forward), "output");
        foreach (string path in expected.Gradients.Keys)
            Assert.That(Gap(found.Gradients[path], expected.Gradients[path]), Is.LessThan(Gradients), path);
    }

    [Test]
    public void Halves_with_f32_weights_stay_close()
    {
        var expected = Run(Device.Cpu, DType.Float32);
        var found = Run(Device.Cuda(), DType.BFloat16);
        Assert.That(Gap(found.Y, expected.Y), Is.LessThan(Halves), "output");
        Assert.That(Gap(All(found.Gradients), All(expected.Gradients)), Is.LessThan(2 * Halves), "gradients");
    }

    [Test]
    public void Twenty_training_steps_have_the_processors_losses()
    {
        double[] expected = Train(Device.Cpu), found = Train(Device.Cuda());
        Assert.That(expected[^1], Is.LessThan(expected[0] * 0.9), "training learns");
        for (int step = 0; step < Steps; step++)
            Assert.That(found[step], Is.EqualTo(expected[step]).Within(Losses * expected[step]), $"step {step}");
    }

    static double[] All(Dictionary<string, double[]> gradients)
        => [.. gradients.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => entry.Value)];

    static (double[] Y, Dictionary<string, double[]> Gradients) Run(Device device, DType dtype)
    {
        using var scope = TensorScope.Open("unet");
        using var store = new ParameterStore(device);
        var unet = new TinyUnet(store.Root);
        store.Allocate(seed: 3);
        var (x, times, context, target) = Batch(device);
        var y = unet.Forward(x.Cast(dtype), times.Cast(dtype), context.Cast(dtype)).Cast(DType.Float32);
        y.Mse(target).Backward();
        return (y.ToDoubles(), store.Parameters.ToDictionary(p => p.Path, p => p.Gradient!.ToDoubles()));
    }

    static double[] Train(Device device)
    {
        using var store = new ParameterStore(device);
        var unet = new TinyUnet(store.Root);
        store.Allocate(seed: 3);
        using var optimizer = new AdamW(store.Trainable);
        using var ema = new Ema(store);
        double[] losses = new double[Steps];
        for (int step = 0; step < Steps; step++)
        {
            using var scope = TensorScope.Open("step");
            var (x, times, context, target) = Batch(device);
            store.ClearGradients();
            var loss = unet.Forward(x, times, context).Mse(target);
            loss.Backward();
            optimizer.Step(1e-4);
            ema.Step();
            losses[step] = loss.Item();
        }
        return losses;
    }

    static (Tensor X, Tensor Times, Tensor Context, Tensor Target) Batch(Device device)
    {
        Tensor Draw(string name, params int[] shape) => Tensor.Normal(shape, RandomKey.For(name, seed: 5), device: device);
        return (Draw("x", Samples, Side, Side, TinyUnet.Channels), TinyUnet.TimeEmbedding([17, 801], device),
            Draw("context", Samples, TinyUnet.ContextLength, TinyUnet.ContextWidth), Draw("target", Samples, Side, Side, TinyUnet.Channels));
    }

    static double Gap(double[] found, double[] expected)
    {
        double gap = 0, norm = 0;
        for (int i = 0; i < expected.Length; i++)
            (gap, norm) = (gap + Math.Pow(found[i] - expected[i], 2), norm + (expected[i] * expected[i]));
        return Math.Sqrt(gap / Math.Max(norm, 1e-300));
    }
}
