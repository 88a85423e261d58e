using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>Every rule under CUDA against the processor over several steps, from equal parameters and gradients.</summary>
public class CudaOptimizerTests : LeakCheck
{
    const int Steps = 6;

    // Adam and SGD round in f32 in the processor's order, so their bits agree. Adafactor's means are f32 sums here and f64 sums there:
    // a sum of n f32 squares is off by at most n/256 + 20 roundings of 6e-8, and six steps add up.
    const double SumTolerance = 2e-5;

    static readonly (string Name, double Tolerance, Func<ParameterStore, Optimizer> Make)[] s_rules =
    [
        ("adamw", 0, store => new AdamW(store.Parameters, new())),
        ("adam", 0, store => new Adam(store.Parameters, new(WeightDecay: 0.1))),
        ("sgd nesterov", 0, store => new Sgd(store.Parameters, new(0.01, Momentum: 0.9, IsNesterov: true))),
        ("sgd", 0, store => new Sgd(store.Parameters, new(0.01, Momentum: 0.9, Dampening: 0.2, WeightDecay: 0.01))),
        ("adafactor", SumTolerance, store => new Adafactor(store.Parameters)),
        ("adafactor moments", SumTolerance, store => new Adafactor(store.Parameters, new(1e-3, Beta1: 0.9, WeightDecay: 0.01, RelativeStep: false))),
    ];

    [Test]
    public void A_rule_steps_as_on_the_processor([Range(0, 5)] int which, [Values] bool averages)
    {
        var rule = s_rules[which];
        var (expected, expectedAverages) = Run(Device.Cpu, rule.Make, averages);
        var (found, foundAverages) = Run(Device.Cuda(), rule.Make, averages);
        Compare(found, expected, rule.Tolerance, rule.Name);
        Compare(foundAverages, expectedAverages, rule.Tolerance, $"average of {rule.Name}");
    }

    [Test]
    public void An_average_in_the_same_pass_has_the_bits_of_one_apart([Values] bool cuda)
    {
        Device device = cuda ? Device.Cuda() : Device.Cpu;
        var together = Run(device, store => new AdamW(store.Parameters, new()), averages: true);
        var apart = Run(device, store => new AdamW(store.Parameters, new()), averages: true, together: false);
        Assert.That(together.Averages, Is.EqualTo(apart.Averages));
    }

    [Test]
    public void Clipping_limits_the_joint_norm_without_waiting()
    {
        using var scope = TensorScope.Open();
        double[] norms = new double[2];
        float[][][] gradients = new float[2][][];
        for (int i = 0; i < 2; i++)
        {
            using var store = Store(i == 0 ? Device.Cpu : Device.Cuda());
            SetGradients(store, 3);
            double norm = GradientClipping.Clip(store.Parameters, 1e6).Item();
            Assert.That(Gradients(store)[0], Is.EqualTo(Values(store.Parameters[0], 3)), "a norm below the limit changes nothing");
            norms[i] = GradientClipping.Clip(store.Parameters, norm / 3).Item();
            gradients[i] = Gradients(store);
        }
        // f32 sums of squares in chunks of 16384 against f64.
        Assert.That(norms[1], Is.EqualTo(norms[0]).Within(1e-6 * norms[0]));
        Compare(gradients[1], gradients[0], 1e-6, "clipped gradients");
        Assert.That(Clip([]), Is.Zero);
    }

    [Test]
    public void Clipping_gradients_that_are_not_finite_shows_it()
    {
        using var scope = TensorScope.Open();
        using var store = Store(Device.Cuda());
        SetGradients(store, 1);
        store.Parameters[1].Value.Leaf!.Gradient!.Assign(Tensor.Full(store.Parameters[1].Shape, double.NaN, device: Device.Cuda()));
        Assert.That(GradientClipping.Clip(store.Parameters, 1).Item(), Is.NaN);
        Assert.That(Gradients(store)[0], Has.All.NaN);
    }

    [Test]
    public void Parameters_in_halves_keep_f32_moments([Values(DType.BFloat16, DType.Float16)] DType type)
    {
        using var scope = TensorScope.Open();
        using var store = Store(Device.Cuda(), type);
        using var optimizer = new AdamW(store.Parameters, new(0.02));
        using var ema = new Ema(store);
        var before = store.Parameters[0].Value.ToDoubles();
        for (int step = 0; step < 3; step++)
        {
            SetGradients(store, step);
            optimizer.Step(average: ema);
        }
        Assert.That(optimizer.State.DType, Is.EqualTo(DType.Float32));
        Assert.That(ema.Shadow.DType, Is.EqualTo(DType.Float32));
        // Steps of 0.02 show beside values of about 1 that are rounded to 2^-9.
        Assert.That(store.Parameters[0].Value.ToDoubles(), Is.Not.EqualTo(before));
    }

    [Test]
    public void A_step_writes_the_half_copy_of_a_master_too()
    {
        using var scope = TensorScope.Open();
        var device = Device.Cuda();
        using var store = Store(device);
        using var optimizer = new AdamW(store.Parameters, new(0.1));
        var weight = store.Parameters[0].Value;
        _ = device.HalfCopy(weight, DType.BFloat16);
        SetGradients(store, 1);
        optimizer.Step();
        var storage = weight.Storage;
        var copy = new Tensor(storage.DerivedBy(HalfCopyKey.Of(DType.BFloat16))!, weight.Shape, weight.Strides, 0, DType.BFloat16);
        Assert.That(copy.ToDoubles(), Is.EqualTo(weight.Cast(DType.BFloat16).ToDoubles()));
        bool isMade = false;
        storage.Derive(HalfCopyKey.Of(DType.BFloat16), storage.Bytes / 2, 0, (_, _) => isMade = true);
        Assert.That(isMade, Is.False, "the copy is current");
        storage.MarkChanged();
        storage.Derive(HalfCopyKey.Of(DType.BFloat16), storage.Bytes / 2, 0, (_, _) => isMade = true);
        Assert.That(isMade, Is.True);
    }

    [Test]
    public void More_tensors_than_one_launch_takes_and_several_chunks()
    {
        using var scope = TensorScope.Open();
        float[][] results = new float[2][];
        for (int i = 0; i < 2; i++)
        {
            using var store = new ParameterStore(i == 0 ? Device.Cpu : Device.Cuda());
            for (int k = 0; k < 70; k++)
                store.Root[k].Declare("w", [k == 3 ? 40_001 : (k % 7) + 1], Initialiser.Normal(1));
            using var optimizer = new AdamW(store.Parameters, new(0.01));
            SetGradients(store, 2);
            double norm = optimizer.ClipGradients(0.5).Item();
            optimizer.Step();
            results[i] = [(float)norm, .. store.Parameters.SelectMany(parameter => parameter.Value.ToArray<float>())];
        }
        // The first step of Adam is the sign of the gradient times the rate, so the rounding of the clipped gradients hardly shows.
        Assert.That(results[1], Is.EqualTo(results[0]).Within(2e-6).Percent.Or.EqualTo(results[0]).Within(2e-6));
    }

    static double Clip(IEnumerable<Parameter> parameters) => GradientClipping.Clip(parameters, 1).Item();

    static (float[][] Values, float[][] Averages) Run(Device device, Func<ParameterStore, Optimizer> make, bool averages, bool together = true)
    {
        using var scope = TensorScope.Open();
        using var store = Store(device);
        using var optimizer = make(store);
        using var ema = averages ? new Ema(store, new(Decay: 0.9)) : null;
        for (int step = 0; step < Steps; step++)
        {
            SetGradients(store, step);
            optimizer.Step((double?)null, together ? ema : null);
            if (!together)
                ema?.Step();
        }
        return (Values(store), ema is null ? [] : Values(ema.Shadow));
    }

    static ParameterStore Store(Device device, DType dtype = DType.Float32)
    {
        var store = new ParameterStore(device, dtype);
        if (dtype != DType.Float32)
        {
            store.Root["linear"].Declare("weight", [5, 7], Initialiser.Ones);
            return store;
        }
        store.Root["linear"].Declare("weight", [5, 7], Initialiser.Normal(1));
        store.Root["linear"].Declare("bias", [5], Initialiser.Normal(1));
        store.Root["long"].Declare("weight", [130, 300], Initialiser.Normal(1));
        store.Root["empty"].Declare("weight", [0, 3], Initialiser.Normal(1));
        store.Root["conv"].Declare("weight", [3, 2, 3, 4], Initialiser.Normal(1), CheckpointLayout.ChannelsFirst);
        store.Root["still"].Declare("weight", [9], Initialiser.Normal(1));
        return store;
    }

    static float[][] Values(ParameterStore store) => [.. store.Parameters.Select(parameter => parameter.Value.ToArray<float>())];

    static float[] Values(Parameter parameter, int step)
        => [.. Enumerable.Range(0, (int)parameter.Shape.Length).Select(i => MathF.Sin((parameter.Path.Length * 31) + (step * 17) + (i * 3) + 1))];

    static float[][] Gradients(ParameterStore store)
        => [.. store.Parameters.Where(parameter => parameter.Gradient is not null).Select(parameter => parameter.Gradient!.ToArray<float>())];

    static void SetGradients(ParameterStore store, int step)
    {
        foreach (var parameter in store.Parameters)
        {
            var leaf = parameter.Value.Leaf!;
            leaf.Clear();
            if (!parameter.Path.StartsWith("still", StringComparison.Ordinal))
                leaf.Gradient = Tensor.From(Values(parameter, step), parameter.Shape, parameter.Device).Cast(parameter.DType).Alias();
        }
    }

    static void Compare(float[][] found, float[][] expected, double tolerance, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double scale = expected[i].Select(Math.Abs).DefaultIfEmpty(0).Max();
            Assert.That(found[i], tolerance == 0 ? Is.EqualTo(expected[i]) : Is.EqualTo(expected[i]).Within(tolerance * scale), $"{what}, parameter {i}");
        }
    }
}
