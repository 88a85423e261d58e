using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Experts;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Subjects;

public class ExpertWorkerTests : LeakCheck
{
    static readonly ExpertOptions s_quick = new()
    {
        Tuning = new() { Steps = 2, BatchSize = 2, Optimizer = new OptimizerConfig("adamw", 1e-3) },
        Steps = 2,
        Count = 2,
    };

    [Test]
    public void Every_cluster_gets_an_expert_and_pictures_of_all_prompts()
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        using var run = SmallSubjects.Run(folder.File("run"), 3);
        using var scope = TensorScope.Open("test");
        byte[] first = SmallSubjects.Weights(loaded.Weights);
        using (var worker = new ExpertWorker(run, loaded, s_quick with { KeepsWeights = true }))
        {
            var summary = worker.Run();
            Assert.That((summary.Experts, summary.Pictures, summary.Lost, summary.Stage.Done), Is.EqualTo((3, 12, 0, 3L)));
        }
        Assert.That(SmallSubjects.Weights(loaded.Weights), Is.EqualTo(first), "the next subject begins as the first did");
        Assert.That(run.Outputs.All().Count(output => FileDigest.Of(run.PathOf(output.Path)) == output.FileDigest), Is.EqualTo(12));
        Assert.That(run.Outputs.All().Select(output => output.FileDigest).Distinct().Count(), Is.EqualTo(12));
        var expert = run.Experts.Find(2)!;
        Assert.That(FileDigest.Of(run.PathOf(expert.Path)), Is.EqualTo(expert.FileDigest));
        Assert.That(expert.Details, Does.Contain("loss").And.Contain("seconds"));
        Assert.That(File.ReadAllLines(run.PathOf("experts.sha256")), Has.Length.EqualTo(12));
        Assert.That(() => new ExpertWorker(run, loaded, s_quick with { Guidance = 3 }), Throws.TypeOf<SutiException>().With.Message.Contains("other settings"));
    }

    [Test]
    public void Pictures_are_the_same_whoever_draws_them_and_after_any_stop()
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        using var whole = SmallSubjects.Run(folder.File("whole"), 3);
        using (var worker = new ExpertWorker(whole, loaded, s_quick))
            worker.Run();
        using var parts = SmallSubjects.Run(folder.File("parts"), 3);
        using (var worker = new ExpertWorker(parts, loaded, s_quick))
            Assert.That(worker.Run(most: 1).Experts, Is.EqualTo(1));
        using (var stop = new CancellationTokenSource())
        using (var worker = new ExpertWorker(parts, loaded, s_quick))
            Assert.That(() => worker.Run(progress => stop.Cancel(), cancellation: stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(parts.Claims.Progress("experts").Done, Is.EqualTo(1));
        // Two at once, each with a network of its own.
        using var loaded2 = SmallSubjects.Open(folder, isApprentice: false);
        using var second = RunCatalogue.Open(folder.File("parts"));
        using (var worker = new ExpertWorker(parts, loaded, s_quick))
        using (var other = new ExpertWorker(second, loaded2, s_quick))
        {
            var task = Task.Run(() => other.Run());
            int made = worker.Run().Experts;
            Assert.That(made + task.GetAwaiter().GetResult().Experts, Is.EqualTo(2));
        }
        Assert.That(Digests(parts), Is.EqualTo(Digests(whole)));
    }

    [Test]
    public void A_worker_that_fell_silent_loses_its_cluster_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        using var run = SmallSubjects.Run(folder.File("run"), 2);
        using var killed = run.Claims.Next("experts", "killed")!;
        using var worker = new ExpertWorker(run, loaded, s_quick);
        var summary = worker.Run(lease: TimeSpan.FromSeconds(1));
        Assert.That((summary.Experts, summary.Stage.Done), Is.EqualTo((2, 2L)));
        Assert.That(killed.Complete(), Is.False);
    }

    [Test]
    public void A_broken_picture_costs_its_cluster_alone()
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        using var run = SmallSubjects.Run(folder.File("run"), 3);
        File.WriteAllText(run.PathOf("clusters/2-1.png"), "no picture");
        using (var worker = new ExpertWorker(run, loaded, s_quick))
        {
            var summary = worker.Run();
            Assert.That((summary.Experts, summary.Stage.Failed), Is.EqualTo((2, 1L)));
        }
        Assert.That(run.Claims.Failures("experts").Single().Note, Does.Contain("2-1.png"));
    }

    [Test]
    public void A_run_without_prompts_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        using var run = RunCatalogue.OpenOrCreate(folder.File("run"));
        Assert.That(() => new ExpertWorker(run, loaded, s_quick), Throws.TypeOf<SutiException>().With.Message.Contains("suti prompts"));
    }

    static List<(long, string)> Digests(RunCatalogue run) => [.. run.Outputs.All().Select(output => (output.Prompt, output.FileDigest)).Order()];
}
