using System.Collections.Concurrent;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Tests.Subjects;

public class ClaimTests
{
    const string Stage = "experts";
    static readonly TimeSpan s_lease = TimeSpan.FromSeconds(100);

    readonly Clock _clock = new();
    TemporaryFolder _folder = null!;

    [SetUp]
    public void Make()
    {
        _folder = new();
        using var run = RunCatalogue.OpenOrCreate(_folder.Root);
        Clusters.Add(run, 4);
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Each_cluster_is_done_by_one_of_many_workers()
    {
        using (var more = RunCatalogue.Open(_folder.Root))
            Clusters.Add(more, 60, from: 5);
        var done = new ConcurrentBag<long>();
        var workers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            using var run = RunCatalogue.Open(_folder.Root);
            string worker = ClaimTable.NewWorker();
            while (run.Claims.Next(Stage, worker) is { } claim)
            {
                done.Add(claim.Cluster);
                if (!claim.Complete())
                    done.Add(-1);
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        Assert.That(done.Order(), Is.EqualTo(Enumerable.Range(1, 64)));
    }

    [Test]
    public void A_silent_worker_loses_its_cluster_and_hears_of_it()
    {
        using var first = RunCatalogue.Open(_folder.Root, _clock);
        using var second = RunCatalogue.Open(_folder.Root, _clock);
        var silent = first.Claims.Next(Stage, "silent", s_lease)!;
        var lively = first.Claims.Next(Stage, "lively", s_lease)!;
        for (int i = 0; i < 4; i++)
        {
            _clock.Advance(30);
            Assert.That(lively.Beat(), Is.True);
        }
        Assert.That(second.Claims.Progress(Stage, s_lease), Is.EqualTo(new StageProgress(2, 1, 1, 0, 0)));
        var taken = second.Claims.Next(Stage, "third", s_lease)!;
        Assert.That(taken.Cluster, Is.EqualTo(silent.Cluster));
        Assert.That(silent.Beat(), Is.False);
        Assert.That(silent.Complete(), Is.False);
        silent.Dispose();
        Assert.That(taken.Complete(), Is.True, "what the silent one does changes nothing");
        Assert.That(lively.Complete(), Is.True);
        Assert.That(second.Claims.Progress(Stage, s_lease), Is.EqualTo(new StageProgress(2, 0, 0, 2, 0)));
    }

    [Test]
    public void A_claim_that_is_dropped_is_open_again()
    {
        using var run = RunCatalogue.Open(_folder.Root);
        using (run.Claims.Next(Stage, "a"))
            Assert.That(run.Claims.Progress(Stage).Working, Is.EqualTo(1));
        Assert.That(run.Claims.Progress(Stage).Open, Is.EqualTo(4));
        using var other = RunCatalogue.Open(_folder.Root);
        Assert.That(other.Claims.Next(Stage, "b")!.Cluster, Is.EqualTo(1));
    }

    [Test]
    public void Failures_are_kept_with_their_reason_until_a_retry()
    {
        using var run = RunCatalogue.Open(_folder.Root);
        for (int i = 0; i < 4; i++)
            Assert.That(run.Claims.Next(Stage, "a")!.Fail($"reason {i}"), Is.True);
        Assert.That(run.Claims.Next(Stage, "a"), Is.Null);
        Assert.That(run.Claims.Failures(Stage)[2], Is.EqualTo((3L, "reason 2")));
        Assert.That(run.Claims.Retry(Stage), Is.EqualTo(4));
        Assert.That(run.Claims.Next(Stage, "a")!.Cluster, Is.EqualTo(1));
        Assert.That(run.Claims.Next("another stage", "a")!.Cluster, Is.EqualTo(1));
    }

    [Test]
    public void Clusters_without_a_subject_wait()
    {
        using var run = RunCatalogue.Open(_folder.Root);
        foreach (long id in (ReadOnlySpan<long>)[1, 2, 3])
            run.Clusters.Describe(id, "", "");
        Assert.That(run.Clusters.CountWithoutSubject, Is.EqualTo(3));
        Assert.That(run.Claims.Next(Stage, "a")!.Cluster, Is.EqualTo(4));
        Assert.That(run.Claims.Next(Stage, "a"), Is.Null);
        run.Clusters.Describe(2, "blue owl", "owl");
        Assert.That(run.Claims.Next(Stage, "a")!.Cluster, Is.EqualTo(2));
    }

    sealed class Clock : TimeProvider
    {
        DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        internal void Advance(double seconds) => _now += TimeSpan.FromSeconds(seconds);

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
