using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

public class RunFolderTests : LeakCheck
{
    TemporaryFolder _folder = null!;

    string Run => _folder.File("run");

    [SetUp]
    public void Create() => _folder = new TemporaryFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void One_process_at_a_time_has_a_run()
    {
        using (RunFolder.Open(Run, "tiny", StageConfig.Empty("c")))
        {
            Assert.That(() => RunFolder.Open(Run, "tiny", StageConfig.Empty("c")),
                Throws.TypeOf<CheckpointException>().With.Message.Contains("one process at a time"));
        }
        RunFolder.Open(Run, "tiny", StageConfig.Empty("c")).Dispose();
    }

    [Test]
    public void Another_stage_another_format_and_other_content_are_refused()
    {
        RunFolder.Open(Run, "tiny", StageConfig.Empty("c")).Dispose();
        Assert.That(() => RunFolder.Open(Run, "clip", StageConfig.Empty("c")),
            Throws.TypeOf<SutiException>().With.Message.Contains("another stage").And.Message.Contains("expected clip, found tiny"));
        string file = Path.Combine(Run, "run.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
        Assert.That(() => RunFolder.Open(Run, "tiny", StageConfig.Empty("c")),
            Throws.TypeOf<SutiException>().With.Message.Contains("format").And.Message.Contains("found 2"));
        Directory.CreateDirectory(_folder.File("other"));
        File.WriteAllText(Path.Combine(_folder.File("other"), "thesis.txt"), "");
        Assert.That(() => RunFolder.Open(_folder.File("other"), "tiny", StageConfig.Empty("c")),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("empty or new"));
        Assert.That(() => RunFolder.Open(_folder.File("file", "x"), "tiny", StageConfig.Empty("c")), Throws.TypeOf<CheckpointException>());
    }

    [Test]
    public void A_configuration_that_would_learn_something_else_is_refused_by_key()
    {
        TinyRun.GoUntil(4, Run);
        Assert.That(() => TinyRun.Go(Run, TinyRun.Config.Replace("\"batch_size\": 8", "\"batch_size\": 9", StringComparison.Ordinal)),
            Throws.TypeOf<SutiException>().With.Message.Contains("training.batch_size was 8 and is 9"));
        Assert.That(() => TinyRun.Go(Run, TinyRun.Config.Replace("\"steps\": 20", "\"steps\": 30", StringComparison.Ordinal)),
            Throws.TypeOf<SutiException>().With.Message.Contains("training.schedule.total_steps was 20 and is 30"));
        Assert.That(TinyRun.Go(Run, TinyRun.Config.Replace("\"checkpoint_steps\": 3", "\"checkpoint_steps\": 5", StringComparison.Ordinal)).Step,
            Is.EqualTo(20));
        Assert.That(File.ReadAllText(Path.Combine(Run, "config.json")), Does.Contain("\"checkpoint_steps\": 5"));
    }

    [Test]
    public void A_key_that_the_runs_program_did_not_know_may_have_its_default_alone()
    {
        TinyRun.GoUntil(4, Run);
        string file = Path.Combine(Run, "config.json");
        string[] lines = File.ReadAllLines(file);
        Assert.That(lines, Has.One.Contains("\"clip_norm\""));
        File.WriteAllLines(file, lines.Where(line => !line.Contains("\"clip_norm\"", StringComparison.Ordinal)));
        Assert.That(() => TinyRun.Go(Run, TinyRun.Config.Replace("\"keep\": 2", "\"keep\": 2, \"clip_norm\": 3", StringComparison.Ordinal)),
            Throws.TypeOf<SutiException>().With.Message.Contains("training.clip_norm was absent and is 3"));
        Assert.That(TinyRun.Go(Run, TinyRun.Config).Step, Is.EqualTo(20));
    }

    [Test]
    public void A_metric_that_the_stage_has_not_is_no_measure_of_the_best()
        => Assert.That(() => TinyRun.Go(Run, TinyRun.Config.Replace("\"keep\": 2", "\"keep\": 2, \"best_metric\": \"probe/los\"",
            StringComparison.Ordinal)), Throws.TypeOf<SutiException>().With.Message.Contains("loss, probe/loss"));
}
