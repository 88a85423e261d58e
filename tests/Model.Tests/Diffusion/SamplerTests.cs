using SuTI.Model.Diffusion;
using PredictionType = SuTI.Model.Diffusion.PredictionType;

namespace SuTI.Model.Tests.Diffusion;

/// <summary>What must hold of every sampler, whatever its numbers are.</summary>
public class SamplerTests : LeakCheck
{
    static readonly int[] s_shape = [3, 4, 5, 2];

    static readonly BetaOptions s_stable = new(1000, 0.00085, 0.012, BetaCurve.ScaledLinear);

    static readonly DiscreteNoiseSchedule s_schedule = new(s_stable);

    static IEnumerable<SchedulerConfig> Configs()
    {
        foreach (var kind in Enum.GetValues<SamplerKind>())
        {
            foreach (var prediction in Enum.GetValues<PredictionType>())
            {
                yield return new(kind)
                {
                    Betas = s_stable,
                    Prediction = prediction,
                    SkipsRungeKutta = true,
                    StepsOffset = 1,
                };
            }
        }
        yield return new(SamplerKind.Pndm) { Betas = s_stable };
        yield return new(SamplerKind.Ddim) { Betas = s_stable, Spacing = TimestepSpacing.Trailing };
        yield return new(SamplerKind.Ddpm) { Betas = s_stable, Spacing = TimestepSpacing.Linspace };
        yield return new(SamplerKind.Euler) { Betas = s_stable, UsesKarrasRatios = true, Spacing = TimestepSpacing.Linspace };
        foreach (int order in new[] { 1, 2, 3 })
            yield return new(SamplerKind.DpmSolver) { Betas = s_stable, Solver = new(order) };
        yield return new(SamplerKind.DpmSolver) { Betas = s_stable, UsesKarrasRatios = true };
        yield return new(SamplerKind.DpmSolver) { Betas = s_stable, Solver = new(2, IsHeun: true), EndsClean = false };
        yield return new(SamplerKind.DpmSolver) { Betas = s_stable, Solver = new(2, IsStochastic: true) };
    }

    static IEnumerable<TestCaseData> Cases() => Configs().Select((config, i)
        => new TestCaseData(config).SetArgDisplayNames($"{i} {config.Kind} {config.Prediction}"));

    /// <summary>A network that knows x₀ leads every sampler to it.</summary>
    [TestCaseSource(nameof(Cases))]
    public void A_perfect_network_is_followed(SchedulerConfig config)
    {
        using var scope = TensorScope.Open("test");
        var clean = Drawn(1).Clamp(-1, 1);
        var sampler = config.CreateSampler(20);
        var walk = new DiffusionSampler(sampler, Perfect(sampler, clean));
        var result = walk.Run(new SeededNoise([1, 2, 3], Shape.Create(s_shape.AsSpan(1))));
        // What ends at time 0 keeps that level's noise. Mixing v of several levels is what makes PNDM inexact.
        var end = sampler.Steps[^1].To;
        double bound = end.Sigma > 0 ? 6 * end.Sigma
            : config is { Kind: SamplerKind.Pndm, Prediction: PredictionType.Velocity } ? 0.02 : 2e-3;
        Assert.That((result - (clean * end.Alpha)).Abs().Max().Item(), Is.LessThan(bound));
    }

    /// <summary>Equal arguments give equal bits, and arguments stay as they were.</summary>
    [TestCaseSource(nameof(Cases))]
    public void A_step_is_a_function_of_its_arguments(SchedulerConfig config)
    {
        using var scope = TensorScope.Open("test");
        var sampler = config.CreateSampler(20);
        var history = SamplerHistory.Empty;
        var x = Drawn(1);
        for (int i = 0; i < sampler.Steps.Count; i++)
        {
            var output = Drawn(100 + (uint)i);
            var noise = sampler.DrawsNoise(i) ? Drawn(200 + (uint)i) : null;
            float[][] before = [.. history.Tensors.Append(x).Append(output).Select(Bits)];
            var first = sampler.Step(i, x, output, history, noise);
            var again = sampler.Step(i, x, output, history, noise);
            Assert.That(Bits(again.X), Is.EqualTo(Bits(first.X)), $"step {i}");
            Assert.That(history.Tensors.Append(x).Append(output).Select(Bits), Is.EqualTo(before), $"step {i}");
            (x, _, history) = first;
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void A_sample_depends_on_its_own_seed_alone(SchedulerConfig config)
    {
        using var scope = TensorScope.Open("test");
        ulong[] seeds = [7, 1, 900];
        var sampler = config.CreateSampler(12);
        var shape = Shape.Create(5, 3, 4);
        float[][] alone = [.. seeds.Select(seed => Run([seed]))];
        Assert.That(Run(seeds), Is.EqualTo(alone.SelectMany(values => values)));
        Assert.That(Run([1, 900]), Is.EqualTo(alone[1].Concat(alone[2])));
        Assert.That(alone[0], Is.Not.EqualTo(alone[1]));

        float[] Run(ulong[] some) => Bits(new DiffusionSampler(sampler, Denoisers.Unconditional((x, time)
            => (x * (0.3 * Math.Sin(time / 1000))) + 0.1)).Run(new SeededNoise(some, shape)));
    }

    [TestCase(PredictionType.Epsilon)]
    [TestCase(PredictionType.Sample)]
    [TestCase(PredictionType.Velocity)]
    public void Ddim_of_eta_1_is_ddpm(PredictionType prediction)
    {
        using var scope = TensorScope.Open("test");
        var ddpm = new SchedulerConfig(SamplerKind.Ddpm) { Prediction = prediction }.CreateSampler(10);
        var ddim = new SchedulerConfig(SamplerKind.Ddim) { Prediction = prediction }.CreateSampler(10, eta: 1);
        var x = Drawn(1);
        var output = Drawn(2);
        var noise = Drawn(3);
        // At time 0 the one adds no noise, and the other noise of no size.
        for (int i = 0; i < 10; i++)
        {
            var one = ddpm.Step(i, x, output, SamplerHistory.Empty, noise);
            var other = ddim.Step(i, x, output, SamplerHistory.Empty, noise);
            Near(other.X, one.X, 1e-5, $"step {i}");
        }
    }

    [Test]
    public void Solver_of_order_1_euler_and_ddim_are_one_rule()
    {
        using var scope = TensorScope.Open("test");
        var steps = SamplingStep.Even(new CosineNoiseSchedule(0.02), 8);
        // The noisiest level has no signal, which a scale by its signal cannot hold.
        steps = [.. steps.Skip(1)];
        var output = Drawn(2);
        var ddim = new DdimSampler(steps, PredictionType.Velocity);
        var solver = new DpmSolverSampler(steps, PredictionType.Velocity, options: new(1));
        var euler = new EulerSampler(steps, PredictionType.Velocity);
        var x = Drawn(1);
        for (int i = 0; i < steps.Count; i++)
        {
            var next = ddim.Step(i, x, output, SamplerHistory.Empty).X;
            Near(solver.Step(i, x, output, SamplerHistory.Empty).X, next, 1e-5, $"solver, step {i}");
            var scaled = euler.Step(i, x / steps[i].From.Alpha, output, SamplerHistory.Empty).X;
            Near(scaled * steps[i].To.Alpha, next, 1e-5, $"euler, step {i}");
            x = next;
        }
    }

    /// <summary>More steps of a higher order come nearer to the exact path of a network that is linear in x.</summary>
    [Test]
    public void Higher_orders_converge_faster()
    {
        using var scope = TensorScope.Open("test");
        double Error(int order, int count)
        {
            var steps = Between(-1, 2, count);
            var sampler = new DpmSolverSampler(steps, PredictionType.Sample,
                options: new(order, EndsInLowerOrder: false));
            // x₀ = cos(λ) for every x: the path is an integral that a fine walk knows.
            return End(sampler);
        }

        double exact = Error(3, 2000);
        foreach (int order in new[] { 1, 2, 3 })
        {
            double coarse = Math.Abs(Error(order, 20) - exact), fine = Math.Abs(Error(order, 40) - exact);
            Assert.That(coarse / fine, Is.GreaterThan(Math.Pow(2, order) * 0.7), $"order {order}");
        }

        double End(DpmSolverSampler sampler)
        {
            using var walk = TensorScope.Open("walk");
            var x = Tensor.Full([1, 1], 0.5, DType.Float64);
            var history = SamplerHistory.Empty;
            for (int i = 0; i < sampler.Steps.Count; i++)
            {
                var output = Tensor.Full([1, 1], Math.Cos(sampler.Steps[i].From.HalfLogSnr), DType.Float64);
                (x, _, history) = sampler.Step(i, x, output, history);
            }
            return x.Item();
        }
    }

    [Test]
    public void Bad_steps_are_told()
    {
        using var scope = TensorScope.Open("test");
        var sampler = new SchedulerConfig(SamplerKind.Ddpm).CreateSampler(4);
        var x = Drawn(1);
        Assert.That(() => sampler.Step(4, x, x, SamplerHistory.Empty, x), Throws.TypeOf<SutiException>()
            .With.Message.Contains("0 to 3"));
        Assert.That(() => sampler.Step(0, x, x, SamplerHistory.Empty), Throws.TypeOf<ShapeException>()
            .With.Message.Contains("adds noise"));
        Assert.That(() => sampler.Step(0, x, x.Slice(-1, 0, 1), SamplerHistory.Empty, x),
            Throws.TypeOf<ShapeException>().With.Message.Contains("twice its channels"));
        var learned = new SchedulerConfig(SamplerKind.Ddpm) { Variance = DdpmVariance.LearnedRange }.CreateSampler(4);
        Assert.That(() => learned.Step(0, x, x, SamplerHistory.Empty, x), Throws.TypeOf<ShapeException>()
            .With.Message.Contains("learned variance"));
        var pndm = new SchedulerConfig(SamplerKind.Pndm) { SkipsRungeKutta = true }.CreateSampler(4);
        Assert.That(() => pndm.Step(2, x, x, SamplerHistory.Empty), Throws.TypeOf<SutiException>()
            .With.Message.Contains("history"));
        Assert.That(() => new SchedulerConfig(SamplerKind.Euler).CreateSampler(5000), Throws.TypeOf<SutiException>()
            .With.Message.Contains("1 to 1000"));
        Assert.That(() => new SchedulerConfig(SamplerKind.Ddpm).CreateSampler([5, 9]), Throws.TypeOf<SutiException>()
            .With.Message.Contains("below 5"));
        Assert.That(() => new SchedulerConfig(SamplerKind.Ddpm).CreateSampler(5, eta: 1),
            Throws.TypeOf<SutiException>().With.Message.Contains("DDIM"));
    }

    /// <summary>Steps that are even in ln(α/σ), where the orders of the solvers are defined.</summary>
    static List<SamplingStep> Between(double from, double to, int count)
    {
        return [.. Enumerable.Range(0, count).Select(i => new SamplingStep(i, At(i), At(i + 1)))];

        NoiseLevel At(int i) => NoiseLevel.OfLogSnr(2 * (from + ((to - from) * i / count)));
    }

    /// <summary>Says of any x what it would have to be made of if x₀ is <paramref name="clean"/>.</summary>
    static Denoiser Perfect(Sampler sampler, Tensor clean)
    {
        int call = 0;
        return Denoisers.Unconditional((x, time) =>
        {
            // What the network sees is scaled to its level, but a sampler may start a move elsewhere.
            var level = s_schedule[Math.Round(time)];
            if (sampler is EulerSampler)
                level = sampler.Steps[call].From;
            call++;
            var noise = (x - (clean * level.Alpha)) / level.Sigma;
            return sampler.Prediction switch
            {
                PredictionType.Epsilon => noise,
                PredictionType.Sample => clean,
                _ => (noise * level.Alpha) - (clean * level.Sigma),
            };
        });
    }

    static Tensor Drawn(uint purpose) => Tensor.Normal(Shape.Create(s_shape), new RandomKey(1, purpose));

    static float[] Bits(Tensor x) => x.Contiguous().ToArray<float>();

    static void Near(Tensor found, Tensor expected, double bound, string what)
        => Assert.That((found - expected).Abs().Max().Item(),
            Is.LessThan(bound * Math.Max(1, expected.Abs().Max().Item())), what);
}
