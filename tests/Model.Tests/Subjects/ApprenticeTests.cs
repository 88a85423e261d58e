using SuTI.Engine.Layers;
using SuTI.Model.Subjects;
using SuTI.Model.Unet;

namespace SuTI.Model.Tests.Subjects;

public class ApprenticeTests : LeakCheck
{
    const int Side = 16, Words = 5, Width = 16;

    static readonly UnetConfig s_unet = new(3, 3,
        [
            new(32, new(AttentionKind.None, false), new(AttentionKind.None, false), 1, 16, 1, false, Width),
            new(48, new(AttentionKind.Joint, false), new(AttentionKind.Joint, false), 1, 16, 1, false, Width),
        ], new(AttentionKind.Joint, false, 1), Width,
        new(32, 64, true, 0, Activation.Silu, null), new(8, 1e-5))
    {
        Patch = 2,
        SeamChannels = 4,
    };

    static readonly ApprenticeConfig s_config = new([0, 1], 16, 4, 0.8, 2, IsPooled: true);

    [Test]
    public void With_all_demonstrations_masked_it_is_its_unet_bit_for_bit([Values] bool masked)
    {
        using var world = new Bench();
        var alone = world.Unet.Forward(world.X, world.Time, world.Text, null, null).ToArray<float>();
        bool[] mask = [false, false, false, false, false, false], uses = [!masked, !masked, !masked, !masked];
        // Masked pictures see nothing of demonstrations that are there; shown pictures nothing of demonstrations that are not.
        var demonstrations = world.Read(masked ? [true, true, true, true, true, true] : mask);
        var together = world.Forward(demonstrations, uses).ToArray<float>();
        if (masked)
            Assert.That(together, Is.EqualTo(alone));
        else
            Assert.That(together, Is.EqualTo(world.Forward(world.Read(mask), null).ToArray<float>()));
        Assert.That(world.Forward(world.Read([true, true, true, true, true, true]), null).ToArray<float>(), Is.Not.EqualTo(alone));
    }

    [Test]
    public void The_order_of_demonstrations_does_not_matter()
    {
        using var world = new Bench();
        float[] a = world.Forward(world.Read([true, true, true, true, true, false]), null).ToArray<float>();
        float[] b = world.Forward(world.Read([true, true, true, false, true, true], turned: true), null).ToArray<float>();
        for (int i = 0; i < a.Length; i++)
            Assert.That(b[i], Is.EqualTo(a[i]).Within(2e-5));
    }

    [Test]
    public void Hidden_demonstrations_change_nothing()
    {
        using var world = new Bench();
        float[] a = world.Forward(world.Read([true, true, false, true, false, false]), null).ToArray<float>();
        float[] b = world.Forward(world.Read([true, true, false, true, false, false], spoilt: [2, 4, 5]), null).ToArray<float>();
        Assert.That(b, Is.EqualTo(a));
    }

    [Test]
    public void Every_parameter_learns_from_the_first_step_on()
    {
        using var world = new Bench();
        var loss = world.Forward(world.Read([true, true, true, true, false, true]), null).Square().Mean();
        loss.Backward();
        string[] without = [.. world.Store.Trainable.Where(parameter => parameter.Gradient is not { } gradient
            || gradient.ToDoubles().All(value => value == 0)).Select(parameter => parameter.Path)];
        Assert.That(without, Is.Empty);
    }

    [Test]
    public void Gradients_through_demonstrations_are_those_of_differences()
    {
        using var world = new Bench(DType.Float64);
        var images = world.Demonstrations;
        var direction = Tensor.Normal(images.Shape, new RandomKey(9, 9)).Cast(DType.Float64);
        images.RequiresGradient = true;
        world.Loss(images).Backward();
        double expected = (images.Gradient! * direction).Sum().Item();
        const double step = 1e-5;
        using var noGradient = GradientMode.Disable();
        double above = world.Loss(images + (direction * step)).Item(), below = world.Loss(images - (direction * step)).Item();
        Assert.That((above - below) / (2 * step), Is.EqualTo(expected).Within(1e-7 * Math.Max(1, Math.Abs(expected))));
    }

    [Test]
    public void A_configuration_comes_back_as_it_was_written()
    {
        var back = ApprenticeConfig.Read(s_config.Write());
        Assert.That(back with { Levels = s_config.Levels }, Is.EqualTo(s_config));
        Assert.That(back.Levels, Is.EqualTo(s_config.Levels));
        Assert.That(() => new Bench(config: s_config with { Levels = [2] }), Throws.TypeOf<SutiException>().With.Message.Contains("0 to 1"));
    }

    /// <summary>Two subjects with three demonstrations and two pictures each.</summary>
    sealed class Bench : IDisposable
    {
        readonly TensorScope _scope = TensorScope.Open("test");
        readonly DType _type;

        public Bench(DType type = DType.Float32, ApprenticeConfig? config = null)
        {
            _type = type;
            Store = new(Device.Cpu, type);
            try
            {
                Unet = new(Store.Root["unet"], s_unet);
                Apprentice = new(Store.Root["apprentice"], Unet, config ?? s_config);
            }
            catch
            {
                Dispose();
                throw;
            }
            Store.Allocate(1);
            X = Drawn(1, 4, Side, Side, 3);
            Text = Drawn(2, 4, Words, Width);
            Demonstrations = Drawn(3, 6, Side, Side, 3);
            Captions = Drawn(4, 6, Words, Width);
            Time = Unet.TimeSignal([10, 300, 500, 900], 4, Device.Cpu);
        }

        public ParameterStore Store { get; }

        public ConditionalUnet Unet { get; }

        public Apprentice Apprentice { get; }

        public Tensor X { get; }

        public Tensor Text { get; }

        public Tensor Time { get; }

        public Tensor Demonstrations { get; }

        Tensor Captions { get; }

        public SuTI.Model.Subjects.Demonstrations Read(bool[] mask, bool turned = false, int[]? spoilt = null)
        {
            Tensor images = Demonstrations, captions = Captions;
            if (turned)
            {
                // Each subject's three the other way round; the mask is given for that order.
                var order = Tensor.From(new long[] { 2, 1, 0, 5, 4, 3 }, [6]);
                (images, captions) = (images.IndexSelect(0, order), captions.IndexSelect(0, order));
            }
            foreach (int i in spoilt ?? [])
            {
                var parts = Enumerable.Range(0, 6).Select(k => k == i ? images.Slice(0, k, 1) * 50 : images.Slice(0, k, 1)).ToArray();
                images = Tensor.Concat(0, parts);
            }
            return Apprentice.Read(images, captions, Tensor.From(mask, [2, 3]));
        }

        public Tensor Forward(SuTI.Model.Subjects.Demonstrations demonstrations, bool[]? uses)
            => Apprentice.Forward(X, Time, Text, null, demonstrations, uses is null ? null : Tensor.From(uses, [4]));

        public Tensor Loss(Tensor images)
        {
            var mask = Tensor.From(new[] { true, true, false, true, true, true }, [2, 3]);
            return Apprentice.Forward(X, Time, Text, null, Apprentice.Read(images, Captions, mask)).Square().Mean();
        }

        public void Dispose()
        {
            Store.Dispose();
            _scope.Dispose();
        }

        Tensor Drawn(uint purpose, params int[] shape) => Tensor.Normal(Shape.Create(shape), new RandomKey(5, purpose)).Cast(_type);
    }
}
