using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

/// <summary>A run that is stopped and resumed is the run that was never stopped.</summary>
public class ResumeTests : LeakCheck
{
    static readonly string[] s_configs =
    [
        TinyRun.Config,
        TinyRun.Config.Replace("\"learning_rate\": 0.01", "\"name\": \"adafactor\", \"momentum\": 0.9, \"learning_rate\": 0.01", StringComparison.Ordinal),
        TinyRun.Config.Replace("\"learning_rate\": 0.01", "\"name\": \"sgd\", \"momentum\": 0.9, \"learning_rate\": 0.01", StringComparison.Ordinal),
        TinyRun.Config.Replace("\"batch_size\": 8", "\"batch_size\": 4, \"accumulation\": 2, \"loss_scale\": true", StringComparison.Ordinal),
        TinyRun.Config.Replace("\"decay\": 0.99", "\"decay\": 0", StringComparison.Ordinal),
    ];

    [Test]
    public void A_run_stopped_at_any_step_goes_on_to_the_same_bits([Range(0, 4)] int which, [Values(1, 6, 7, 19)] int stop)
    {
        using var folder = new TemporaryFolder();
        string straight = folder.File("straight"), stopped = folder.File("stopped"), json = s_configs[which];
        var whole = TinyRun.Go(straight, json);
        var first = TinyRun.GoUntil(stop, stopped, json);
        var second = TinyRun.Go(stopped, json);
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EqualTo(new TrainingResult(StopReason.Cancelled, stop, 0, first.Checkpoint, first.Report)));
            Assert.That(second.Reason, Is.EqualTo(StopReason.Finished));
            Assert.That(TinyRun.Curve(stopped), Is.EqualTo(TinyRun.Curve(straight)));
            Assert.That(TinyRun.Tensors(second), Is.EqualTo(TinyRun.Tensors(whole)));
        });
    }

    [Test]
    public void Steps_and_state_say_what_they_depend_on()
    {
        // Another seed, rate or teacher must show, or the equalities of these tests would prove nothing.
        using var folder = new TemporaryFolder();
        TinyRun.Go(folder.File("a"));
        TinyRun.Go(folder.File("b"), TinyRun.Config.Replace("\"seed\": 3", "\"seed\": 4", StringComparison.Ordinal));
        TinyRun.Go(folder.File("c"), TinyRun.Config.Replace("0.01", "0.011", StringComparison.Ordinal));
        string[] a = TinyRun.Curve(folder.File("a"));
        Assert.That(a, Has.Length.EqualTo((20 * 5) + 5));
        Assert.That(TinyRun.Curve(folder.File("b")), Is.Not.EqualTo(a));
        Assert.That(TinyRun.Curve(folder.File("c")), Is.Not.EqualTo(a));
    }

    [Test]
    public void The_loss_falls_and_micro_batches_are_the_batch()
    {
        using var folder = new TemporaryFolder();
        string json = TinyRun.Config.Replace("\"steps\": 20", "\"steps\": 300", StringComparison.Ordinal)
            .Replace("0.01", "0.03", StringComparison.Ordinal);
        TinyRun.Go(folder.File("whole"), json);
        TinyRun.Go(folder.File("parts"), json.Replace("\"batch_size\": 8", "\"batch_size\": 2, \"accumulation\": 4", StringComparison.Ordinal));
        double[] whole = Losses("whole"), parts = Losses("parts");
        Assert.That(whole[^20..].Average(), Is.LessThan(whole[..20].Average() / 3));
        for (int i = 0; i < whole.Length; i++)
            Assert.That(parts[i], Is.EqualTo(whole[i]).Within(1e-3 * whole[i]), $"step {i + 1}");

        double[] Losses(string name) => [.. MetricsFile.Read(Path.Combine(folder.File(name), "metrics.jsonl"))
            .SelectMany(line => line.Values.Where(value => value.Key == "loss")).Select(value => value.Value)];
    }

    [Test]
    public void A_finished_run_is_not_run_again_and_one_may_be_lengthened_under_a_constant_rate()
    {
        using var folder = new TemporaryFolder();
        string json = TinyRun.Config.Replace("\"cosine\"", "\"constant\"", StringComparison.Ordinal);
        string longer = json.Replace("\"steps\": 20", "\"steps\": 26", StringComparison.Ordinal);
        TinyRun.Go(folder.File("a"), json);
        Assert.That(TinyRun.Go(folder.File("a"), json).Step, Is.EqualTo(20));
        TinyRun.Go(folder.File("a"), longer);
        TinyRun.Go(folder.File("b"), longer);
        Assert.That(TinyRun.Curve(folder.File("a")), Is.EqualTo(TinyRun.Curve(folder.File("b"))));
    }

    [Test]
    public void Samples_and_probes_see_the_average_and_leave_the_weights_alone()
    {
        using var folder = new TemporaryFolder();
        double sampled = 0, own = 0;
        string json = TinyRun.Config.Replace("\"sample_steps\": 8", "\"sample_steps\": 20", StringComparison.Ordinal);
        TinyRun.Go(folder.File("a"), json, look: (stage, _) => (sampled, own) = (stage.SampledWith, stage.Checksum()));
        Assert.That(sampled, Is.Not.EqualTo(own));
        TinyRun.Go(folder.File("b"), json.Replace("\"decay\": 0.99", "\"decay\": 0", StringComparison.Ordinal),
            look: (stage, _) => (sampled, own) = (stage.SampledWith, stage.Checksum()));
        Assert.That(sampled, Is.EqualTo(own));
        // Without samples and probes the same is learnt.
        TinyRun.Go(folder.File("c"), json.Replace("\"probe_steps\": 4", "\"probe_steps\": 0", StringComparison.Ordinal)
            .Replace("\"sample_steps\": 20", "\"sample_steps\": 0", StringComparison.Ordinal));
        Assert.That(TinyRun.Curve(folder.File("c")),
            Is.EqualTo(TinyRun.Curve(folder.File("a")).Where(line => !line.Contains("probe", StringComparison.Ordinal))));
    }
}
