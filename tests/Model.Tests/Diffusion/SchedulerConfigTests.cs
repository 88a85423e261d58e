using System.Text;
using SuTI.Model.Diffusion;
using PredictionType = SuTI.Model.Diffusion.PredictionType;

namespace SuTI.Model.Tests.Diffusion;

public class SchedulerConfigTests
{
    static IEnumerable<SchedulerConfig> Configs()
    {
        var betas = new BetaOptions(500, 0.001, 0.0131, BetaCurve.ScaledLinear);
        yield return new(SamplerKind.Ddpm)
        {
            Betas = betas with { EndsInPureNoise = true },
            Prediction = PredictionType.Velocity,
            Bound = new(true, 1.25, true, 0.95, 1.5),
            Variance = DdpmVariance.LearnedRange,
        };
        yield return new(SamplerKind.Ddim) { EndsClean = false, StepsOffset = 1, Spacing = TimestepSpacing.Trailing };
        yield return new(SamplerKind.Pndm) { Betas = betas, SkipsRungeKutta = true, EndsClean = false };
        yield return new(SamplerKind.Euler) { UsesKarrasRatios = true, Spacing = TimestepSpacing.Linspace };
        yield return new(SamplerKind.EulerAncestral)
        {
            Betas = new(3) { Trained = [0.1, 0.2, 0.3] },
            Prediction = PredictionType.Sample,
        };
        yield return new(SamplerKind.DpmSolver)
        {
            Betas = new(Curve: BetaCurve.SquaredCosine),
            LowestHalfLogSnr = -5.1,
            Solver = new(1, IsHeun: true, IsStochastic: true, EndsInLowerOrder: false),
        };
        yield return new(SamplerKind.DpmSolver) { EndsClean = false, UsesKarrasRatios = true };
    }

    [TestCaseSource(nameof(Configs))]
    public void What_is_written_is_read(SchedulerConfig config)
    {
        var read = Parse(SchedulerConfigFile.Write(config));
        if (config.Betas.Trained is { } trained)
        {
            Assert.That(read.Betas.Trained, Is.EqualTo(trained));
            read = read with { Betas = read.Betas with { Trained = trained } };
        }
        Assert.That(read, Is.EqualTo(config));
    }

    [Test]
    public void Other_classes_keys_are_without_meaning_and_count_when_it_is_read_as_that_class()
    {
        const string published = """
            {
              "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012,
              "beta_schedule": "scaled_linear", "beta_start": 0.00085, "num_train_timesteps": 1000,
              "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "trained_betas": null,
              "clip_sample": false
            }
            """;
        var config = Parse(published);
        Assert.That(config, Is.EqualTo(new SchedulerConfig(SamplerKind.Pndm)
        {
            Betas = new(1000, 0.00085, 0.012, BetaCurve.ScaledLinear),
            SkipsRungeKutta = true,
            StepsOffset = 1,
            EndsClean = false,
        }));
        var other = SchedulerConfigFile.Parse(Encoding.UTF8.GetBytes(published), "test", SamplerKind.Ddim);
        Assert.That(other.Kind, Is.EqualTo(SamplerKind.Ddim));
        Assert.That(other.Bound.Clips, Is.False);
        Assert.That(other.EndsClean, Is.False);
        Assert.That(SchedulerConfigFile.Parse(Encoding.UTF8.GetBytes(published), "test", SamplerKind.DpmSolver).Spacing,
            Is.EqualTo(TimestepSpacing.Linspace));
    }

    [TestCase("\"beta_strat\": 0.1", "'beta_strat'")]
    [TestCase("\"beta_schedule\": \"laplace\"", "squaredcos_cap_v2")]
    [TestCase("\"variance_type\": \"fixed_large_log\"", "learned_range")]
    [TestCase("\"prediction_type\": \"flow\"", "v_prediction")]
    [TestCase("\"num_train_timesteps\": 2000000000", "1048576")]
    [TestCase("\"num_train_timesteps\": 0", "at least 1")]
    [TestCase("\"trained_betas\": [0.1]", "1000 numbers")]
    [TestCase("\"dynamic_thresholding_ratio\": 2", "0 to 1")]
    [TestCase("\"beta_end\": \"big\"", "a number")]
    public void What_cannot_be_computed_is_named(string member, string named)
        => Assert.That(() => Parse($"{{ \"_class_name\": \"DDPMScheduler\", {member} }}"),
            Throws.InstanceOf<SutiException>().With.Message.Contains(named));

    [TestCase("EulerDiscreteScheduler", "\"interpolation_type\": \"log_linear\"")]
    [TestCase("EulerDiscreteScheduler", "\"rescale_betas_zero_snr\": true")]
    [TestCase("DPMSolverMultistepScheduler", "\"algorithm_type\": \"dpmsolver\"")]
    [TestCase("DPMSolverMultistepScheduler", "\"use_lu_lambdas\": true")]
    [TestCase("DPMSolverMultistepScheduler", "\"solver_order\": 4")]
    [TestCase("UniPCMultistepScheduler", "\"steps_offset\": 0")]
    public void Options_that_change_pictures_are_not_ignored(string name, string member)
        => Assert.That(() => Parse($"{{ \"_class_name\": \"{name}\", {member} }}"),
            Throws.InstanceOf<SutiException>().With.Message.Contains("not supported"));

    [Test]
    public void A_number_without_bound_is_read_outside_of_texts_only()
    {
        var config = Parse("""{ "_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity }""");
        Assert.That(config.LowestHalfLogSnr, Is.Null);
        Assert.That(() => Parse("""{ "_class_name": "a \" -Infinity" }"""), Throws.InstanceOf<SutiException>()
            .With.Message.Contains("-Infinity"));
        Assert.That(() => Parse("""{ "_class_name": "DDPMScheduler", "beta_end": -Infinity }""").CreateSchedule(),
            Throws.InstanceOf<SutiException>().With.Message.Contains("between 0 and 1"));
        Assert.That(SchedulerConfigFile.Write(config), Does.Contain("-Infinity"));
    }

    [Test]
    public void Files_that_are_none_are_told()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => SchedulerConfigFile.Open(folder.File("none.json")), Throws.InstanceOf<SutiException>()
            .With.Message.Contains("missing"));
        string large = folder.File("large.json", new byte[(1 << 20) + 1]);
        Assert.That(() => SchedulerConfigFile.Open(large), Throws.InstanceOf<SutiException>()
            .With.Message.Contains("too large"));
        string broken = folder.File("broken.json", "{ \"_class_name\": ");
        Assert.That(() => SchedulerConfigFile.Open(broken), Throws.InstanceOf<SutiException>()
            .With.Message.Contains("JSON"));
    }

    static SchedulerConfig Parse(string json) => SchedulerConfigFile.Parse(Encoding.UTF8.GetBytes(json), "test");
}
