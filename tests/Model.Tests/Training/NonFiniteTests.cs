using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

public class NonFiniteTests : LeakCheck
{
    [Test]
    public void A_step_that_is_not_finite_is_left_out_and_counted()
    {
        using var folder = new TemporaryFolder();
        var notices = new List<string>();
        var result = TinyRun.Go(folder.File("run"), options: new() { Notice = notices.Add },
            factor: step => step is 4 or 5 or 11 ? double.PositiveInfinity : 1);
        var losses = MetricsFile.Read(Path.Combine(folder.File("run"), "metrics.jsonl"))
            .Where(line => line.Values[0].Key == "loss").ToDictionary(line => line.Step, line => line.Values[0].Value);
        Assert.Multiple(() =>
        {
            Assert.That(result.Skipped, Is.EqualTo(3));
            Assert.That(losses.Where(loss => !double.IsFinite(loss.Value)).Select(loss => loss.Key), Is.EqualTo(new[] { 5, 6, 12 }));
            Assert.That(losses[20], Is.InRange(0, 1));
            Assert.That(notices[0], Does.Contain("step 5 is left out").And.Contain("Infinity"));
            Assert.That(File.ReadAllText(Path.Combine(folder.File("run"), "metrics.jsonl")), Does.Contain("\"loss\":\"Infinity\""));
            // Step 6 was due, but amid steps that are left out nothing is saved; the next good one is not due.
            Assert.That(TinyRun.CheckpointNames(folder.File("run")), Has.None.EqualTo("step-000006"));
        });
    }

    [Test]
    public void Steps_left_out_are_resumed_too()
    {
        using var folder = new TemporaryFolder();
        static double Factor(int step) => step is 4 or 5 or 11 ? double.NaN : 1;
        TinyRun.Go(folder.File("whole"), factor: Factor);
        using var stop = new CancellationTokenSource();
        TinyRun.Go(folder.File("run"), factor: Factor, options: new()
        {
            Progress = progress =>
            {
                if (progress.Step == 5)
                    stop.Cancel();
            }
        }, cancellation: stop.Token);
        var result = TinyRun.Go(folder.File("run"), factor: Factor);
        Assert.That(result.Skipped, Is.EqualTo(3));
        Assert.That(TinyRun.Curve(folder.File("run")), Is.EqualTo(TinyRun.Curve(folder.File("whole"))));
    }

    [Test]
    public void Too_many_in_a_row_end_the_run_with_the_step_and_the_parameter_and_the_checkpoint_stays()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("run"), json = TinyRun.Config.Replace("\"keep\": 2", "\"keep\": 2, \"skip_limit\": 4", StringComparison.Ordinal);
        var failure = Assert.Throws<NonFiniteException>(() => TinyRun.Go(path, json, factor: step => step < 7 ? 1 : double.PositiveInfinity))!;
        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.Contain("step 11").And.Contain("4 steps in a row").And.Contain("the gradient of net.in.weight"));
            Assert.That(TinyRun.CheckpointNames(path), Does.Contain("step-000006").And.None.GreaterThan("step-000006"));
            Assert.That(File.ReadAllText(Path.Combine(path, "report.html")), Does.Contain("4 steps in a row"));
        });
        // With the cause removed it goes on from there.
        Assert.That(TinyRun.Go(path, json).Step, Is.EqualTo(20));
        TinyRun.Go(folder.File("whole"), json);
        Assert.That(TinyRun.Curve(path), Is.EqualTo(TinyRun.Curve(folder.File("whole"))));
    }

    [Test]
    public void Weights_that_are_not_finite_are_not_saved()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => TinyRun.Go(folder.File("run"), brokenStep: 5),
            Throws.TypeOf<NonFiniteException>().With.Message.Contains("step 6").And.Message.Contains("net.out.bias"));
        Assert.That(TinyRun.CheckpointNames(folder.File("run")), Is.EqualTo(new[] { "step-000003" }));
    }

    [Test]
    public void The_search_for_the_origin_leaves_nothing_alive()
    {
        using var folder = new TemporaryFolder();
        // Weights so large that the next forward passes overflow.
        string json = TinyRun.Config.Replace("\"learning_rate\": 0.01", "\"name\": \"sgd\", \"learning_rate\": 10", StringComparison.Ordinal)
            .Replace("\"batch_size\": 8", "\"batch_size\": 8, \"clip_norm\": 0", StringComparison.Ordinal);
        Assert.That(() => TinyRun.Go(folder.File("run"), json, factor: step => step == 5 ? 3e38 : 1e-9),
            Throws.TypeOf<NonFiniteException>().With.Message.Contains("net.").And.Message.Contains("linear"));
    }

    [Test]
    public void A_loss_scale_finds_its_level_without_counting_as_failures()
    {
        using var folder = new TemporaryFolder();
        string json = TinyRun.Config.Replace("\"keep\": 2", "\"keep\": 2, \"loss_scale\": true, \"skip_limit\": 1", StringComparison.Ordinal);
        var result = TinyRun.Go(folder.File("run"), json, factor: _ => 1e35);
        double scale = MetricsFile.Read(Path.Combine(folder.File("run"), "metrics.jsonl"))
            .SelectMany(line => line.Values).Last(value => value.Key == "loss_scale").Value;
        Assert.That(result.Step, Is.EqualTo(20));
        Assert.That(result.Skipped, Is.InRange(1, 16));
        Assert.That(scale, Is.EqualTo(65536 / Math.Pow(2, result.Skipped)));
    }
}
