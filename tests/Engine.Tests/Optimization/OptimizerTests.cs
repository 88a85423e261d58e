using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Optimization;

public class OptimizerTests : LeakCheck
{
    static readonly Func<ParameterStore, Optimizer>[] s_optimizers =
    [
        store => new AdamW(store.Parameters, new()),
        store => new Adam(store.Parameters, new(WeightDecay: 0.1)),
        store => new Sgd(store.Parameters, new(0.01, Momentum: 0.9, IsNesterov: true)),
        store => new Sgd(store.Parameters),
        store => new Adafactor(store.Parameters),
        store => new Adafactor(store.Parameters, new(1e-3, Beta1: 0.9, RelativeStep: false)),
    ];

    [Test]
    public void A_run_that_is_saved_and_resumed_ends_in_the_same_bits([Range(0, 5)] int which)
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        string parameters = folder.File("model.safetensors"), state = folder.File("optimizer.safetensors");
        float[][] straight;
        using (var store = Store())
        using (var optimizer = s_optimizers[which](store))
        {
            Run(store, optimizer, 0, 10);
            straight = Values(store);
        }
        using (var store = Store())
        using (var optimizer = s_optimizers[which](store))
        {
            Run(store, optimizer, 0, 5);
            store.Save(parameters);
            optimizer.Save(state);
        }
        using (var store = Store())
        using (var optimizer = s_optimizers[which](store))
        {
            store.Load(parameters);
            optimizer.Load(state);
            Run(store, optimizer, 5, 10);
            Assert.That(Values(store), Is.EqualTo(straight));
        }
    }

    [Test]
    public void State_of_another_optimizer_is_refused()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("optimizer.safetensors");
        using var store = Store();
        using (var adam = new Adam(store.Parameters))
            adam.Save(file);
        using var optimizer = new AdamW(store.Parameters);
        Assert.That(() => optimizer.Load(file), Throws.TypeOf<CheckpointException>().With.Message.Contains("adamw"));
    }

    [Test]
    public void A_parameter_without_a_gradient_neither_moves_nor_counts_the_step()
    {
        using var scope = TensorScope.Open();
        using var store = Store();
        using var optimizer = new AdamW(store.Parameters);
        var still = store.Parameters[0];
        float[] before = still.Value.ToArray<float>();
        SetGradient(store.Parameters[1], 1);
        optimizer.Step();
        Assert.That(still.Value.ToArray<float>(), Is.EqualTo(before));
        SetGradient(still, 1);
        optimizer.Step();
        // The first step of Adam moves by the rate, whatever the size of the gradient; the decay is 1e-5.
        Assert.That(before[0] - still.Value.ToArray<float>()[0],
            Is.EqualTo(1e-3 * Math.Sign(Gradient(still, 1, 0))).Within(1e-4));
    }

    [Test]
    public void Groups_have_their_own_options_and_keep_their_ratio_to_a_schedule()
    {
        using var scope = TensorScope.Open();
        using var store = Store();
        var main = new SgdOptions(0.1, WeightDecay: 0.5);
        using var optimizer = new Sgd(store.Parameters, main,
            ParameterGroup.NormsAndBiases(main with { WeightDecay = 0 }),
            ParameterGroup.Under("conv", main with { LearningRate = 0.2 }));
        float[][] before = Values(store);
        foreach (var parameter in store.Parameters)
            SetGradient(parameter, 0);
        optimizer.Step(0.01);
        float[][] after = Values(store);
        for (int i = 0; i < before.Length; i++)
        {
            var parameter = store.Parameters[i];
            double decay = parameter.Shape.Rank < 2 ? 0 : 0.5;
            double rate = parameter.Shape.Rank >= 2 && parameter.Path.StartsWith("conv", StringComparison.Ordinal)
                ? 0.02 : 0.01;
            double expected = before[i][3] - (rate * (Gradient(parameter, 0, 3) + (decay * before[i][3])));
            Assert.That(after[i][3], Is.EqualTo(expected).Within(1e-6), parameter.Path);
        }
    }

    [Test]
    public void Clipping_limits_the_joint_norm_and_returns_the_norm_before()
    {
        using var scope = TensorScope.Open();
        using var store = Store();
        foreach (var parameter in store.Parameters)
            SetGradient(parameter, 2);
        double before = Norm(store);
        Assert.That(GradientClipping.Clip(store.Parameters, 2 * before).Item(),
            Is.EqualTo(before).Within(1e-6 * before));
        Assert.That(Norm(store), Is.EqualTo(before));
        Assert.That(GradientClipping.Clip(store.Parameters, before / 4).Item(),
            Is.EqualTo(before).Within(1e-6 * before));
        Assert.That(Norm(store), Is.EqualTo(before / 4).Within(1e-5));
        Assert.That(() => GradientClipping.Clip(store.Parameters, 0), Throws.TypeOf<SutiException>());
    }

    [Test]
    public void A_step_makes_what_was_derived_from_the_weights_stale()
    {
        using var scope = TensorScope.Open();
        using var store = Store();
        using var optimizer = new AdamW(store.Parameters);
        SetGradient(store.Parameters[0], 1);
        int version = store.Parameters[0].Value.Storage.Version;
        optimizer.Step();
        Assert.That(store.Parameters[0].Value.Storage.Version, Is.GreaterThan(version));
    }

    [Test]
    public void Contradictory_options_are_refused()
    {
        using var store = Store();
        Assert.That(() => new Sgd(store.Parameters, new(IsNesterov: true)), Throws.TypeOf<SutiException>());
        Assert.That(() => new Adafactor(store.Parameters, new(LearningRate: 0.1)), Throws.TypeOf<SutiException>());
        Assert.That(() => new Adafactor(store.Parameters, new(RelativeStep: false)), Throws.TypeOf<SutiException>());
        Assert.That(() => new AdamW([]), Throws.TypeOf<SutiException>());
    }

    [Test]
    public void Averages_are_saved_with_their_steps()
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        using var store = Store();
        store.Allocate(2);
        using var ema = new Ema(store, new(Decay: 0.5));
        for (int i = 0; i < 4; i++)
        {
            store.Parameters[0].Set(Tensor.Full(store.Parameters[0].Shape, i));
            ema.Step();
        }
        string file = folder.File("ema.safetensors");
        ema.Save(file);
        using var loaded = new Ema(store, new(Decay: 0.5));
        loaded.Load(file);
        Assert.That(loaded.Steps, Is.EqualTo(4));
        Assert.That(Values(loaded.Shadow), Is.EqualTo(Values(ema.Shadow)));
        Assert.That(ema.Shadow.Trainable, Is.Empty);
    }

    static ParameterStore Store()
    {
        var store = new ParameterStore();
        store.Root["linear"].Declare("weight", [5, 7], Initialiser.Normal(1));
        store.Root["linear"].Declare("bias", [5], Initialiser.Normal(1));
        store.Root["conv"].Declare("weight", [3, 2, 3, 4], Initialiser.Normal(1), CheckpointLayout.ChannelsFirst);
        return store;
    }

    static void Run(ParameterStore store, Optimizer optimizer, int first, int end)
    {
        for (int step = first; step < end; step++)
        {
            foreach (var parameter in store.Parameters)
                SetGradient(parameter, step);
            optimizer.Step();
        }
    }

    static float[][] Values(ParameterStore store)
        => [.. store.Parameters.Select(parameter => parameter.Value.ToArray<float>())];

    static float Gradient(Parameter parameter, int step, int element)
        => MathF.Sin((parameter.Path.Length * 31) + (step * 17) + (element * 3) + 1);

    static void SetGradient(Parameter parameter, int step)
    {
        var leaf = parameter.Value.Leaf!;
        leaf.Clear();
        float[] values = [.. Enumerable.Range(0, (int)parameter.Shape.Length)
            .Select(i => Gradient(parameter, step, i))];
        leaf.Gradient = Tensor.From(values, parameter.Shape).Alias();
    }

    static double Norm(ParameterStore store)
        => Math.Sqrt(store.Parameters.Sum(parameter => parameter.Gradient!.ToArray<float>().Sum(g => (double)g * g)));
}
