using System.Text;
using System.Text.Json;
using SuTI.Model.Diffusion;

namespace SuTI.Model.Tests.Diffusion;

/// <summary>
/// schedulers: whole walks with a formula in the network's place and noise that is given. The formula sees channels
/// second, the sampler last.
/// </summary>
[Category("Fixtures")]
public class SamplerFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Cases() => FixtureCases.Of("schedulers");

    [TestCaseSource(nameof(Cases))]
    public void Walk(string folder, string name)
    {
        using var scope = TensorScope.Open("fixture");
        using var fixture = FixtureCases.Open(folder, name);
        fixture.Options.Describes("class", "run", "noise_used_at_steps", "scheduler_config");
        var options = FixtureCases.Options(folder, name);
        var config = SchedulerConfigFile.Parse(
            Encoding.UTF8.GetBytes(options.GetProperty("scheduler_config").GetRawText()), name);
        var sampler = Sampler(config, options.GetProperty("run"));
        fixture.Compare("out.timesteps", [.. sampler.Steps.Select(step => step.Time)]);
        fixture.Compare("out.init_noise_sigma", [sampler.InitialScale], Shape.Scalar);
        if (fixture.Has("out.sigmas"))
            fixture.Compare("out.sigmas", [.. sampler.Steps.Select(step => step.From.Ratio), sampler.Steps[^1].To.Ratio]);

        bool twice = config.Kind == SamplerKind.Ddpm
            && config.Variance is DdpmVariance.Learned or DdpmVariance.LearnedRange;
        var x = fixture.Read("in.x").ToChannelsLast() * sampler.InitialScale;
        var history = SamplerHistory.Empty;
        for (int i = 0; i < sampler.Steps.Count; i++)
        {
            var output = Formula(x * sampler.InputScale(i), sampler.Steps[i].Time, twice);
            var noise = sampler.DrawsNoise(i) ? fixture.Read($"in.noise.{i}").ToChannelsLast() : null;
            (x, var clean, history) = sampler.Step(i, x, output, history, noise);
            fixture.Compare($"out.x.{i}", x.ToChannelsFirst());
            if (fixture.Has($"out.pred_original.{i}"))
                fixture.Compare($"out.pred_original.{i}", clean.ToChannelsFirst());
        }
        fixture.Finish();
    }

    static Sampler Sampler(SchedulerConfig config, JsonElement run)
    {
        double eta = 0;
        int? steps = null;
        int[]? times = null;
        foreach (var option in run.EnumerateObject())
        {
            switch (option.Name)
            {
                case "eta":
                    eta = option.Value.GetDouble();
                    break;
                case "steps":
                    steps = option.Value.GetInt32();
                    break;
                case "timesteps":
                    times = option.Value.Deserialize<int[]>();
                    break;
                default:
                    throw new NotSupportedException($"run option {option.Name}: unknown");
            }
        }
        return times is null ? config.CreateSampler(steps!.Value, eta) : config.CreateSampler(times, eta);
    }

    static Tensor Formula(Tensor x, double time, bool twice)
    {
        var mean = (x * (0.3 * Math.Sin(time / 1000))) + 0.1;
        return twice ? Tensor.Concat(-1, mean, ((x * 2) + (time / 300)).Sin() * 0.8) : mean;
    }
}
