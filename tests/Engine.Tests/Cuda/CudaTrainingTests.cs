using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>A small network learns under CUDA as it does on the processor, in f32 and in halves with f32 masters.</summary>
public class CudaTrainingTests : LeakCheck
{
    const int Steps = 20;

    // Relative gaps of the loss at its worst step, measured on the emulated device: 1.9e-7 in f32, 5.9e-3 in bf16, 3.2e-4 in f16.
    // The bounds leave five to ten times that for other orders of summation on other devices.
    const double SingleBound = 2e-6, BFloat16Bound = 0.03, Float16Bound = 2e-3;

    [Test]
    public void Losses_in_f32_are_those_of_the_processor()
    {
        using var cpu = new Training(Device.Cpu);
        using var cuda = new Training(Device.Cuda());
        double[] expected = cpu.Run(Steps), found = cuda.Run(Steps);
        double worst = Enumerable.Range(0, Steps).Max(i => Math.Abs(found[i] - expected[i]) / expected[i]);
        TestContext.Out.WriteLine($"losses {expected[0]:F4} to {expected[^1]:F4}, relative gap at most {worst:E2}");
        Assert.That(worst, Is.LessThan(SingleBound));
    }

    [Test]
    public void Halves_with_f32_masters_follow_f32([Values(DType.BFloat16, DType.Float16)] DType type)
    {
        using var scale = type == DType.Float16 ? new LossScale(Device.Cuda(), growthInterval: 7) : null;
        using var single = new Training(Device.Cpu);
        using var half = new Training(Device.Cuda(), type, scale);
        double[] expected = single.Run(Steps), found = half.Run(Steps);
        double bound = type == DType.BFloat16 ? BFloat16Bound : Float16Bound;
        double worst = Enumerable.Range(0, Steps).Max(i => Math.Abs(found[i] - expected[i]) / expected[i]);
        TestContext.Out.WriteLine($"losses {found[0]:F4} to {found[^1]:F4}, relative gap at most {worst:E2}");
        Assert.That(found[^1], Is.LessThan(found[0] / 2));
        Assert.That(worst, Is.LessThan(bound));
        // Weights whose gradients are f32 and whose steps are smaller than a half could hold.
        Assert.That(half.Store.Parameters[0].Gradient!.DType, Is.EqualTo(DType.Float32));
        if (scale is not null)
            Assert.That(scale.Scale, Is.EqualTo(65536 * Math.Pow(2, Steps / 7)));
    }

    [Test]
    public void A_scale_that_overflows_f16_leaves_steps_out_until_it_fits()
    {
        using var scale = new LossScale(Device.Cuda(), initial: Math.Pow(2, 40));
        using var training = new Training(Device.Cuda(), DType.Float16, scale);
        float[] before = [.. training.Store.Parameters.SelectMany(parameter => parameter.Value.ToArray<float>())];
        training.Run(1);
        Assert.That(training.Store.Parameters.SelectMany(parameter => parameter.Value.ToArray<float>()), Is.EqualTo(before));
        Assert.That((scale.SkippedSteps, scale.Scale), Is.EqualTo((1, Math.Pow(2, 39))));
        double[] losses = training.Run(60, first: 1);
        int skipped = scale.SkippedSteps;
        TestContext.Out.WriteLine($"{skipped} steps left out, scale {scale.Scale}");
        Assert.That(skipped, Is.InRange(10, 40));
        Assert.That(scale.Scale, Is.EqualTo(Math.Pow(2, 40 - skipped)));
        Assert.That(losses[^1], Is.LessThan(losses[0] / 2));
    }

    [Test]
    public void Steps_left_out_do_not_count_in_the_bias_correction([Values] bool cuda)
    {
        Device device = cuda ? Device.Cuda() : Device.Cpu;
        using var scope = TensorScope.Open();
        float[][] values = new float[2][];
        for (int run = 0; run < 2; run++)
        {
            using var scale = new LossScale(device, initial: 4, growthInterval: 2);
            using var store = new ParameterStore(device);
            var weight = store.Root.Declare("w", [7], Initialiser.Ones);
            using var optimizer = new AdamW(store.Parameters, new(0.1));
            for (int step = 0; step < 5; step++)
            {
                // Run 0 meets an overflow before each step, run 1 never.
                for (int attempt = run; attempt < 2; attempt++)
                {
                    var leaf = weight.Value.Leaf!;
                    leaf.Clear();
                    float by = (float)scale.Scale;
                    float[] gradient = [.. Enumerable.Range(0, 7).Select(i => by * MathF.Sin(i + (3 * step)))];
                    if (attempt == 0)
                        gradient[3] = float.PositiveInfinity;
                    leaf.Gradient = Tensor.From(gradient, [7], device).Alias();
                    scale.Unscale(store.Parameters);
                    optimizer.Step(scale: scale);
                    if (attempt == 1)
                        Assert.That(leaf.Gradient!.ToArray<float>()[2], Is.EqualTo(MathF.Sin(2 + (3 * step))));
                    scale.Update();
                }
            }
            Assert.That(scale.SkippedSteps, Is.EqualTo(run == 0 ? 5 : 0));
            values[run] = weight.Value.ToArray<float>();
        }
        // Unscaling by powers of two is exact; the corrections are computed on the device within some 4 roundings.
        Assert.That(values[0], Is.EqualTo(values[1]).Within(2e-6));
    }

    [Test]
    public void Memory_that_runs_out_names_the_largest_tensors_and_the_device_goes_on()
    {
        var device = Device.Cuda();
        device.ReleaseCached();
        using var scope = TensorScope.Open("outer");
        device.Memory.Limit = device.Memory.ReservedBytes + (64 << 20);
        try
        {
            using var inner = TensorScope.Open("activations");
            var large = Tensor.Empty([8 << 20], device: device);
            Assert.That(() => Tensor.Empty([16 << 20], device: device),
                Throws.TypeOf<DeviceMemoryException>().With.Message.Contains("33,554,432 bytes from activations").And.Message.Contains("67,108,864 bytes for activations"));
            Assert.That(Tensor.Ones([5], device: device).Sum().Item(), Is.EqualTo(5));
            large.Dispose();
            Assert.That(Tensor.Full([10 << 20], 2, device: device).Slice(0, 0, 3).ToArray<float>(), Is.All.EqualTo(2f));
        }
        finally
        {
            device.Memory.Limit = long.MaxValue;
        }
    }
}
