using SuTI.Model.Diffusion;
using SuTI.Model.Unet;

namespace SuTI.Model.Tests.Diffusion;

/// <summary>noise_schedules and time_embedding: what a time means.</summary>
[Category("Fixtures")]
public class ScheduleFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Schedules() => FixtureCases.Of("noise_schedules");

    static IEnumerable<TestCaseData> Embeddings() => FixtureCases.Of("time_embedding");

    [TestCaseSource(nameof(Schedules))]
    public void Noise_schedule(string folder, string name)
    {
        using var scope = TensorScope.Open("fixture");
        using var fixture = FixtureCases.Open(folder, name);
        var options = fixture.Options;
        var curve = options.Text("beta_schedule") switch
        {
            "linear" => BetaCurve.Linear,
            "scaled_linear" => BetaCurve.ScaledLinear,
            "squaredcos_cap_v2" => BetaCurve.SquaredCosine,
            "sigmoid" => BetaCurve.Sigmoid,
            string unknown => throw new NotSupportedException($"beta_schedule {unknown}: unknown"),
        };
        var schedule = new DiscreteNoiseSchedule(new(options.Integer("num_train_timesteps"),
            options.Number("beta_start"), options.Number("beta_end"), curve));
        fixture.Compare("out.betas", [.. schedule.StepVariances]);
        fixture.Compare("out.alphas_cumprod", [.. schedule.SignalVariances]);
        CompareTail(schedule, fixture.ReadDoubles("out.alphas_cumprod"));
        var x = fixture.Read("in.x");
        var noise = fixture.Read("in.noise");
        double[] times = fixture.ReadDoubles("in.timesteps");
        fixture.Compare("out.add_noise", schedule.AddNoise(x, noise, times));
        fixture.Compare("out.velocity", schedule.Velocity(x, noise, times));
        fixture.Finish();
    }

    [TestCaseSource(nameof(Embeddings))]
    public void Time_embedding(string folder, string name)
    {
        using var scope = TensorScope.Open("fixture");
        using var fixture = FixtureCases.Open(folder, name);
        var options = fixture.Options;
        double[] times = fixture.ReadDoubles("timesteps");
        fixture.Compare("out", SinusoidalTime.Signal(times, options.Integer("dim"), options.Flag("flip_sin_to_cos"),
            options.Number("downscale_freq_shift"), Device.Cpu));
        fixture.Finish();
    }

    // The last values are tiny: an absolute bound would let anything pass there.
    static void CompareTail(DiscreteNoiseSchedule schedule, double[] expected)
    {
        for (int t = 0; t < expected.Length; t++)
            Assert.That(schedule.SignalVariances[t], Is.EqualTo(expected[t]).Within(1e-5 * expected[t]), $"step {t}");
    }
}
