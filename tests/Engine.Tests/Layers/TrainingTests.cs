using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Layers;

/// <summary>A small network learns, in memory that does not grow.</summary>
public class TrainingTests : LeakCheck
{
    const int Batch = 16;

    [Test]
    public void The_loss_falls()
    {
        using var store = new ParameterStore();
        var net = new Perceptron(store.Root["net"]);
        store.Allocate(1);
        using var optimizer = new AdamW(store.Trainable, new(1e-2));
        using var ema = new Ema(store);
        var schedule = new CosineSchedule(1e-2, TotalSteps: 300, WarmupSteps: 20);
        double first = Step(net, optimizer, schedule.LearningRate(1), ema);
        double last = first;
        for (int step = 2; step < 300; step++)
            last = Step(net, optimizer, schedule.LearningRate(step), ema);
        Assert.That(last, Is.LessThan(first / 100));
    }

    [Test]
    public void Ten_thousand_steps_leave_memory_as_it_was()
    {
        using var store = new ParameterStore();
        var net = new Denoiser(store.Root["net"]);
        using var optimizer = new AdamW(store.Trainable, new(1e-3));
        using var ema = new Ema(store);
        float[] clean = [.. Enumerable.Range(0, 2 * 6 * 6).Select(i => MathF.Sin(i * 0.7f))];
        float[] noisy = [.. clean.Select((value, i) => value + (0.3f * MathF.Cos(i * i)))];
        double first = 0, last = 0;
        void Run(int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                using var scope = TensorScope.Open("step");
                var gap = net.Forward(Tensor.From(noisy, [2, 6, 6, 1])) - Tensor.From(clean, [2, 6, 6, 1]);
                var loss = gap.Square().Mean();
                last = Step(loss, optimizer, 1e-3, ema);
            }
        }
        Run(200);
        first = last;
        var ledger = Device.Cpu.Memory;
        (long taken, int live, long bytes) = (ledger.SystemAllocations, ledger.LiveBuffers, ledger.LiveBytes);
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        Run(10_000);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - heap;
        TestContext.Out.WriteLine($"managed heap {heap:N0} bytes, {grown:N0} more after 10,000 steps");
        Assert.Multiple(() =>
        {
            Assert.That(ledger.SystemAllocations, Is.EqualTo(taken), "memory taken from the system");
            Assert.That((ledger.LiveBuffers, ledger.LiveBytes), Is.EqualTo((live, bytes)));
            // One leaked object of 24 bytes a step would be 240,000; lists and pools that grow once stay far below.
            Assert.That(grown, Is.LessThan(64 * 1024));
            Assert.That(last, Is.LessThan(first));
        });
    }

    [Test]
    public void Micro_batches_add_up_to_the_batch()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore(Device.Cpu, DType.Float64);
        var net = new Perceptron(store.Root["net"]);
        var (x, y) = Data(DType.Float64);
        Loss(net, x, y).Backward();
        double[][] whole = [.. store.Parameters.Select(parameter => parameter.Gradient!.ToArray<double>())];
        store.ClearGradients();
        for (int part = 0; part < 4; part++)
        {
            using var step = TensorScope.Open("micro-batch");
            int rows = Batch / 4;
            (Loss(net, x.Slice(0, part * rows, rows), y.Slice(0, part * rows, rows)) * 0.25).Backward();
        }
        for (int i = 0; i < whole.Length; i++)
            Assert.That(store.Parameters[i].Gradient!.ToArray<double>(), Is.EqualTo(whole[i]).Within(1e-14));
    }

    [Test]
    public void Frozen_parameters_gather_nothing_and_stay()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore();
        var net = new Perceptron(store.Root["net"]);
        using var optimizer = new AdamW(store.Parameters);
        store.Freeze("net.in.");
        float[] before = store["net.in.weight"].Value.ToArray<float>();
        Step(net, optimizer, 1e-2);
        Assert.That(store["net.in.weight"].Gradient, Is.Null);
        Assert.That(store["net.in.weight"].Value.ToArray<float>(), Is.EqualTo(before));
        store.Unfreeze("net.in.");
        Step(net, optimizer, 1e-2);
        Assert.That(store["net.in.weight"].Value.ToArray<float>(), Is.Not.EqualTo(before));
    }

    static double Step(Perceptron net, Optimizer optimizer, double rate, Ema? ema = null)
    {
        using var scope = TensorScope.Open("step");
        var (x, y) = Data(DType.Float32);
        return Step(Loss(net, x, y), optimizer, rate, ema);
    }

    static double Step(Tensor loss, Optimizer optimizer, double rate, Ema? ema)
    {
        loss.Backward();
        optimizer.ClipGradients(1);
        optimizer.Step(rate);
        optimizer.ClearGradients();
        ema?.Step();
        return loss.Item();
    }

    static Tensor Loss(Perceptron net, Tensor x, Tensor y)
    {
        var gap = net.Forward(x) - y;
        return (gap * gap).Sum() * (1.0 / y.Shape.Length);
    }

    // y = sin(3 x₀) x₁.
    static (Tensor X, Tensor Y) Data(DType dtype)
    {
        double[] x = [.. Enumerable.Range(0, 2 * Batch).Select(i => Math.Sin((i * 1.7) + 0.3))];
        double[] y = [.. Enumerable.Range(0, Batch).Select(i => Math.Sin(3 * x[2 * i]) * x[(2 * i) + 1])];
        return (Tensor.From(x, [Batch, 2]).Cast(dtype), Tensor.From(y, [Batch, 1]).Cast(dtype));
    }

    sealed class Perceptron(ParameterScope p)
    {
        readonly Linear _in = new(p["in"], 2, 32);
        readonly Linear _middle = new(p["middle"], 32, 32);
        readonly Linear _out = new(p["out"], 32, 1);

        public Tensor Forward(Tensor x) => _out.Forward(_middle.Forward(_in.Forward(x).Silu()).Silu());
    }

    // A convolution, a group norm, self-attention over the pixels and a way back to the image.
    sealed class Denoiser(ParameterScope p)
    {
        const int Width = 8;

        readonly Conv2d _in = new(p["conv_in"], 1, Width, 3, padding: 1);
        readonly GroupNorm _norm = new(p["norm"], 2, Width);
        readonly Linear _joint = new(p["attention"]["qkv"], Width, 3 * Width, bias: false);
        readonly Conv2d _out = new(p["conv_out"], Width, 1, 3, padding: 1);

        public Tensor Forward(Tensor x)
        {
            var h = _norm.Forward(_in.Forward(x), silu: true);
            var heads = _joint.Forward(h).Reshape(x.Shape[0], -1, 6, Width / 2).Chunk(2, 3);
            return _out.Forward(h + Tensor.Attention(heads[0], heads[1], heads[2]).Reshape(h.Shape.ToArray()));
        }
    }
}
