using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Layers;

public class ParameterStoreTests : LeakCheck
{
    [Test]
    public void Declaring_allocates_nothing_and_counts_by_shape()
    {
        using var store = new ParameterStore();
        int before = Device.Cpu.Memory.LiveBuffers;
        var scope = store.Root["unet"]["down_blocks"][0];
        scope["conv"].Declare("weight", [1 << 15, 1 << 12, 3, 3], Initialiser.FanIn(9));
        scope["conv"].Declare("bias", [1 << 15], Initialiser.Zeros);
        Assert.Multiple(() =>
        {
            Assert.That(store.Count, Is.EqualTo((1L << 15) * (1 << 12) * 9 + (1 << 15)));
            Assert.That(store.Parameters[0].Path, Is.EqualTo("unet.down_blocks.0.conv.weight"));
            Assert.That(Device.Cpu.Memory.LiveBuffers, Is.EqualTo(before));
            Assert.That(store.Parameters[0].IsAllocated, Is.False);
        });
    }

    [Test]
    public void Initial_values_depend_on_seed_and_path_alone()
    {
        using var scope = TensorScope.Open();
        using var first = Store(DType.Float32, "a", "b", "c.weight");
        using var second = Store(DType.Float32, "c.weight", "new", "a");
        using var wide = Store(DType.Float64, "a");
        first.Allocate(7);
        second.Allocate(7);
        wide.Allocate(7);
        float[] a = first["a"].Value.ToArray<float>();
        Assert.Multiple(() =>
        {
            Assert.That(second["a"].Value.ToArray<float>(), Is.EqualTo(a));
            Assert.That(second["c.weight"].Value.ToArray<float>(),
                Is.EqualTo(first["c.weight"].Value.ToArray<float>()));
            Assert.That(wide["a"].Value.ToArray<double>(), Is.EqualTo(Array.ConvertAll(a, value => (double)value)));
            Assert.That(first["b"].Value.ToArray<float>(), Is.Not.EqualTo(a));
        });
        using var other = Store(DType.Float32, "a");
        other.Allocate(8);
        Assert.That(other["a"].Value.ToArray<float>(), Is.Not.EqualTo(a));
    }

    [Test]
    public void Initialisers_have_their_distributions()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore();
        const int count = 100_000;
        double[] Draw(string name, Initialiser initialiser)
            => store.Root.Declare(name, [count], initialiser).Value.ToDoubles();
        double[] uniform = Draw("uniform", Initialiser.FanIn(25));
        double[] normal = Draw("normal", Initialiser.Normal(0.02));
        Assert.Multiple(() =>
        {
            Assert.That(uniform.Max(), Is.InRange(0.1999, 0.2));
            Assert.That(uniform.Min(), Is.InRange(-0.2, -0.1999));
            // Six standard errors of the mean and of the mean square.
            Assert.That(uniform.Average(), Is.EqualTo(0).Within(6 * 0.2 / Math.Sqrt(3.0 * count)));
            Assert.That(normal.Average(), Is.EqualTo(0).Within(6 * 0.02 / Math.Sqrt(count)));
            Assert.That(normal.Average(x => x * x), Is.EqualTo(0.0004).Within(6 * 0.0004 * Math.Sqrt(2.0 / count)));
            Assert.That(Draw("zeros", Initialiser.Zeros), Is.All.Zero);
            Assert.That(Draw("ones", Initialiser.Ones), Is.All.EqualTo(1));
            Assert.That(Draw("constant", Initialiser.Constant(0.5)), Is.All.EqualTo(0.5));
        });
    }

    [Test]
    public void A_path_is_declared_once()
    {
        using var store = Store(DType.Float32, "a.weight");
        Assert.That(() => store.Root["a"].Declare("weight", [2], Initialiser.Zeros),
            Throws.TypeOf<SutiException>().With.Message.Contains("a.weight").And.Message.Contains("twice"));
    }

    [TestCase("")]
    [TestCase(".a")]
    [TestCase("a.")]
    public void A_name_must_be_part_of_a_path(string name)
    {
        using var store = new ParameterStore();
        Assert.That(() => store.Root[name], Throws.TypeOf<SutiException>());
    }

    [Test]
    public void Only_types_that_compute_hold_parameters()
        => Assert.That(() => new ParameterStore(Device.Cpu, DType.BFloat16), Throws.TypeOf<DTypeException>());

    [Test]
    public void Freezing_goes_by_prefix()
    {
        using var store = Store(DType.Float32, "text.a", "text.b", "unet.a");
        Assert.That(store.Freeze("text."), Is.EqualTo(2));
        Assert.That(store.Trainable.Select(parameter => parameter.Path), Is.EqualTo(new[] { "unet.a" }));
        Assert.That(store["text.a"].Value.NeedsGradient, Is.False);
        Assert.That(store["unet.a"].Value.NeedsGradient, Is.True);
        store.Unfreeze("text.b");
        Assert.That(store["text.b"].Value.NeedsGradient, Is.True);
        Assert.That(() => store.Freeze("txet."), Throws.TypeOf<SutiException>().With.Message.Contains("txet."));
    }

    [Test]
    public void Values_outlive_scopes_and_die_with_the_store()
    {
        var store = Store(DType.Float32, "a");
        using (TensorScope.Open())
            _ = store["a"].Value;
        Assert.That(store["a"].Value.IsAlive, Is.True);
        store.Dispose();
        Assert.That(() => store["a"].Value, Throws.TypeOf<LifetimeException>().With.Message.Contains('a'));
    }

    [Test]
    public void A_copy_takes_all_values_or_names_all_misfits()
    {
        using var scope = TensorScope.Open();
        using var store = Store(DType.Float32, "a", "b");
        using var twin = ParameterStore.WithPathsOf(store);
        store.Allocate(3);
        twin.CopyFrom(store);
        Assert.That(twin["b"].Value.ToArray<float>(), Is.EqualTo(store["b"].Value.ToArray<float>()));
        using var other = Store(DType.Float32, "a");
        other.Root.Declare("b", [3], Initialiser.Zeros);
        other.Root.Declare("c", [1], Initialiser.Zeros);
        Assert.That(() => other.CopyFrom(store),
            Throws.TypeOf<SutiException>().With.Message.Contains("b f32(3)").And.Message.Contains("c missing"));
    }

    static ParameterStore Store(DType dtype, params string[] paths)
    {
        var store = new ParameterStore(Device.Cpu, dtype);
        foreach (string path in paths)
            store.Root.Declare(path, [4, 5], Initialiser.Normal(1));
        return store;
    }
}
