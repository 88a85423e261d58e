using SuTI.Model.Diffusion;
using PredictionType = SuTI.Model.Diffusion.PredictionType;

namespace SuTI.Model.Tests.Diffusion;

public class NoiseScheduleTests : LeakCheck
{
    [TestCase(0.0)]
    [TestCase(CosineNoiseSchedule.UsualOffset)]
    public void Continuous_time_follows_its_formula(double offset)
    {
        var schedule = new CosineNoiseSchedule(offset);
        for (double t = 0.001; t < 1; t += 0.0371)
        {
            double cosine = Math.Cos((t + offset) / (1 + offset) * Math.PI / 2);
            Assert.That(schedule.LogSnr(t), Is.EqualTo(-Math.Log(Math.Pow(cosine, -2) - 1)).Within(1e-9), $"t = {t}");
            var level = schedule[t];
            Assert.That(level.SignalVariance + level.NoiseVariance, Is.EqualTo(1).Within(1e-12));
            Assert.That(NoiseLevel.OfLogSnr(schedule.LogSnr(t)).Alpha, Is.EqualTo(level.Alpha).Within(1e-9));
            Assert.That(NoiseLevel.OfRatio(level.Ratio).Sigma, Is.EqualTo(level.Sigma).Within(1e-9));
        }
        Assert.That(schedule[1].Alpha, Is.Zero);
        if (offset == 0)
            Assert.That(schedule[0], Is.EqualTo(NoiseLevel.Clean));
    }

    [TestCase(2)]
    [TestCase(0.5)]
    public void Finer_pictures_get_more_noise_at_the_same_time(double finer)
    {
        var plain = new CosineNoiseSchedule(0);
        var shifted = new CosineNoiseSchedule(0, finer);
        for (double t = 0.05; t < 1; t += 0.1)
            Assert.That(shifted[t].Ratio, Is.EqualTo(finer * plain[t].Ratio).Within(1e-9));
        Assert.That(shifted[1].Alpha, Is.Zero);
        Assert.That(shifted[0], Is.EqualTo(NoiseLevel.Clean));
        Assert.That(() => new CosineNoiseSchedule(0, 0), Throws.TypeOf<SutiException>());
    }

    [Test]
    public void Stretched_schedules_end_in_pure_noise_and_begin_as_before()
    {
        var betas = new BetaOptions(1000, 0.00085, 0.012, BetaCurve.ScaledLinear);
        var plain = new DiscreteNoiseSchedule(betas);
        var stretched = new DiscreteNoiseSchedule(betas with { EndsInPureNoise = true });
        Assert.That(stretched[999].Alpha, Is.Zero);
        Assert.That(stretched[0].Alpha, Is.EqualTo(plain[0].Alpha).Within(1e-12));
        Assert.That(stretched[500].Alpha, Is.LessThan(plain[500].Alpha).And.GreaterThan(0));
        // Without a signal, ε says nothing of x₀, but v is −x₀.
        using var scope = TensorScope.Open("test");
        var x = Tensor.Normal([2, 3], new RandomKey(1, 1));
        var v = Tensor.Normal([2, 3], new RandomKey(1, 2));
        var sampler = new DdimSampler(SamplingStep.Through(stretched, [999]), PredictionType.Velocity);
        Assert.That(sampler.Step(0, x, v, SamplerHistory.Empty).X.ToDoubles(), Is.EqualTo((-v).ToDoubles()).Within(1e-6));
    }

    [Test]
    public void Trained_variances_are_taken_as_they_are()
    {
        var schedule = new DiscreteNoiseSchedule(new() { Trained = [0.5, 0.25] });
        Assert.That(schedule.SignalVariances, Is.EqualTo(new[] { 0.5, 0.375 }).Within(1e-15));
        Assert.That(() => new DiscreteNoiseSchedule(new() { Trained = [0.5, 1.25] }), Throws.TypeOf<SutiException>()
            .With.Message.Contains("step 1"));
        Assert.That(() => new DiscreteNoiseSchedule(new(int.MaxValue)), Throws.TypeOf<SutiException>());
    }

    [TestCase(TimestepSpacing.Leading, new double[] { 751, 501, 251, 1 })]
    [TestCase(TimestepSpacing.Trailing, new double[] { 999, 749, 499, 249 })]
    [TestCase(TimestepSpacing.Linspace, new double[] { 999, 666, 333, 0 })]
    public void Times_are_spaced(TimestepSpacing spacing, double[] expected)
    {
        var config = new SchedulerConfig(SamplerKind.Ddpm) { Spacing = spacing, StepsOffset = 1 };
        Assert.That(config.CreateSampler(4).Steps.Select(step => step.Time), Is.EqualTo(expected));
    }

    [Test]
    public void Times_outside_are_refused()
    {
        var schedule = new DiscreteNoiseSchedule(new(10));
        foreach (double time in new[] { -1, 10, 0.5, double.NaN })
            Assert.That(() => schedule[time], Throws.TypeOf<SutiException>().With.Message.Contains("0 to 9"));
        Assert.That(() => new CosineNoiseSchedule()[1.5], Throws.TypeOf<SutiException>());
        // An offset beyond the last step of training.
        var config = new SchedulerConfig(SamplerKind.Ddim) { StepsOffset = 1 };
        Assert.That(() => config.CreateSampler(1000), Throws.TypeOf<SutiException>().With.Message.Contains("0 to 999"));
    }

    [Test]
    public void Karras_ratios_fall_between_their_ends()
    {
        double[] ratios = KarrasRatios.Spaced(14.6, 0.03, 12);
        Assert.That(ratios[0], Is.EqualTo(14.6).Within(1e-9));
        Assert.That(ratios[^1], Is.EqualTo(0.03).Within(1e-9));
        Assert.That(ratios, Is.Ordered.Descending);
        double[] roots = Array.ConvertAll(ratios, ratio => Math.Pow(ratio, 1 / 7.0));
        for (int i = 1; i < roots.Length - 1; i++)
            Assert.That(roots[i + 1] - roots[i], Is.EqualTo(roots[1] - roots[0]).Within(1e-12));
    }

    [Test]
    public void Noise_and_target_fit_together()
    {
        using var scope = TensorScope.Open("test");
        var schedule = new CosineNoiseSchedule();
        var clean = Tensor.Normal([3, 2, 2, 1], new RandomKey(1, 1));
        var noise = Tensor.Normal([3, 2, 2, 1], new RandomKey(1, 2));
        double[] times = [0.1, 0.5, 0.9];
        var x = schedule.AddNoise(clean, noise, times);
        var v = schedule.Target(PredictionType.Velocity, clean, noise, times);
        for (int i = 0; i < 3; i++)
        {
            var level = schedule[times[i]];
            var found = (x.Slice(0, i, 1) * level.Alpha) - (v.Slice(0, i, 1) * level.Sigma);
            Assert.That(found.ToDoubles(), Is.EqualTo(clean.Slice(0, i, 1).ToDoubles()).Within(1e-6));
        }
        Assert.That(() => schedule.AddNoise(clean, noise, [0.1, 0.2]), Throws.TypeOf<SutiException>());
        Assert.That(() => schedule.AddNoise(clean, noise.Slice(0, 0, 1), [0.1]), Throws.TypeOf<ShapeException>());
    }
}
