using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

public class CheckpointTests : LeakCheck
{
    TemporaryFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void A_damaged_checkpoint_is_reported_and_the_one_before_is_used(
        [Values("weights.safetensors", "optimizer.safetensors", "ema.safetensors", "teacher.safetensors", "state.json",
            "config.json", "SHA256SUMS")] string file, [Values] bool isGone)
    {
        string path = _folder.File("run");
        var stopped = TinyRun.GoUntil(7, path);
        string damaged = Path.Combine(stopped.Checkpoint, file);
        if (isGone)
            File.Delete(damaged);
        else
            Flip(damaged);
        var notices = new List<string>();
        TinyRun.Go(path, options: new() { Notice = notices.Add });
        TinyRun.Go(_folder.File("whole"));
        Assert.Multiple(() =>
        {
            Assert.That(notices, Has.Count.EqualTo(1));
            // A digest that was changed speaks against its file.
            Assert.That(notices[0], Does.Contain("step-000007").And.Contain(isGone || file != "SHA256SUMS" ? file : "differs"));
            Assert.That(TinyRun.Curve(path), Is.EqualTo(TinyRun.Curve(_folder.File("whole"))));
        });
    }

    [Test]
    public void Without_a_whole_checkpoint_nothing_is_begun_anew_by_itself()
    {
        string path = _folder.File("run");
        var stopped = TinyRun.GoUntil(2, path);
        Flip(Path.Combine(stopped.Checkpoint, "weights.safetensors"));
        string[] before = TinyRun.Curve(path);
        Assert.That(() => TinyRun.Go(path), Throws.TypeOf<CheckpointException>().With.Message.Contains("no checkpoint is whole"));
        Assert.That(TinyRun.Curve(path), Is.EqualTo(before));
    }

    [TestCase("../../../outside")]
    [TestCase("weights.safetensors\nx  weights.safetensors")]
    [TestCase("")]
    public void A_list_of_digests_names_files_of_its_folder(string name)
    {
        _folder.File("weights.safetensors", "");
        _folder.File("SHA256SUMS", $"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  {name}\n");
        Assert.That(FileDigests.Problem(_folder.Root), Is.EqualTo("SHA256SUMS is damaged"));
    }

    [Test]
    public void The_list_is_that_of_sha256sum()
    {
        _folder.File("empty", "");
        _folder.File("abc", "abc");
        FileDigests.Write(_folder.Root);
        // The digests of FIPS 180-4's examples.
        Assert.That(File.ReadAllText(_folder.File("SHA256SUMS")), Is.EqualTo(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc\n"
            + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n"));
        Assert.That(FileDigests.Problem(_folder.Root, "abc"), Is.Null);
        Assert.That(FileDigests.Problem(_folder.Root, "state.json"), Is.EqualTo("state.json is not listed"));
    }

    [Test]
    public void The_latest_and_the_best_stay()
    {
        // From step 10 on the loss is a hundredfold: the best is the checkpoint of step 9.
        TinyRun.Go(_folder.File("run"), factor: step => step < 9 ? 1 : 100);
        Assert.That(TinyRun.CheckpointNames(_folder.File("run")), Is.SubsetOf(
            new[] { "step-000003", "step-000006", "step-000009", "step-000018", "step-000020" }).And.SupersetOf(
            new[] { "step-000018", "step-000020" }).And.Length.EqualTo(3));
        string report = File.ReadAllText(Path.Combine(_folder.File("run"), "report.html"));
        Assert.That(report, Does.Contain("best loss"));
    }

    [Test]
    public void The_weights_of_a_checkpoint_are_those_of_the_run_and_load_by_themselves()
    {
        double learnt = 0;
        var result = TinyRun.Go(_folder.File("run"), look: (stage, _) => learnt = stage.Checksum());
        using var stage = new TinyStage();
        stage.Parameters.Load(Path.Combine(result.Checkpoint, "weights.safetensors"));
        Assert.That(stage.Checksum(), Is.EqualTo(learnt));
        Assert.That(File.ReadAllText(Path.Combine(result.Checkpoint, "config.json")),
            Is.EqualTo(File.ReadAllText(Path.Combine(_folder.File("run"), "config.json"))).And.Contain("\"warmup_steps\": 2"));
    }

    [Test]
    public void Time_makes_checkpoints_and_stops_runs()
    {
        // Every look at this clock takes a second, and a step looks several times.
        var clock = new TickingClock();
        string json = TinyRun.Config.Replace("\"checkpoint_steps\": 3, \"checkpoint_minutes\": 0",
            "\"checkpoint_steps\": 0, \"checkpoint_minutes\": 0.5", StringComparison.Ordinal)
            .Replace("\"steps\": 20", "\"steps\": 2000", StringComparison.Ordinal).Replace("\"keep\": 2", "\"keep\": 99", StringComparison.Ordinal);
        var seen = new List<TrainingProgress>();
        var result = TinyRun.Go(_folder.File("run"), json, new() { Time = clock, Minutes = 5, Progress = seen.Add });
        Assert.That(result.Reason, Is.EqualTo(StopReason.TimeUp));
        Assert.That(result.Step, Is.EqualTo(seen.Count).And.InRange(10, 290));
        Assert.That(TinyRun.CheckpointNames(_folder.File("run")), Has.Length.InRange(5, 11));
        // What is left is bounded by the time of the run, not by the two thousand steps.
        Assert.That(seen[5].Remaining.TotalMinutes, Is.InRange(4, 5));
        Assert.That(seen[^1].Remaining.TotalMinutes, Is.LessThan(0.3));
        Assert.That(seen[5].ToString(), Does.Contain("step 6/2000").And.Contain(" min ").And.Contain("s left"));
    }

    static void Flip(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    sealed class TickingClock : TimeProvider
    {
        long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
