using System.Diagnostics;
using SuTI.Engine.IO;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

/// <summary>Whatever step of the file system is the last one, nothing is lost but the steps since the latest checkpoint.</summary>
public class CrashTests : LeakCheck
{
    const string Config = """
        {"training": {"steps": 7, "batch_size": 4, "checkpoint_steps": 2, "checkpoint_minutes": 0, "keep": 1, "sample_steps": 3,
          "probe_steps": 2, "best_metric": "probe/loss", "optimizer": {"learning_rate": 0.01}}}
        """;

    // As a process that dies at one step: neither it nor any step after it, cleaning up included, is done.
    sealed class DyingSteps(int lastStep, bool onlyOnce) : QuickSteps
    {
        internal int Count { get; private set; }

        void Step()
        {
            bool dies = onlyOnce ? Count == lastStep : Count >= lastStep;
            Count++;
            if (dies)
                throw new IOException("No space left on device");
        }

        public override Stream Create(string path)
        {
            Step();
            return base.Create(path);
        }

        // Half of a file may be there when the disk is full or the process dies.
        public override void FlushToDisk(Stream stream)
        {
            bool dies = onlyOnce ? Count == lastStep : Count >= lastStep;
            if (dies)
                stream.SetLength(stream.Length / 2);
            Step();
            base.FlushToDisk(stream);
        }

        public override void Rename(string from, string to)
        {
            Step();
            base.Rename(from, to);
        }

        public override void Delete(string path)
        {
            Step();
            base.Delete(path);
        }

        public override void CreateFolder(string path)
        {
            Step();
            base.CreateFolder(path);
        }

        public override void MoveFolder(string from, string to)
        {
            Step();
            base.MoveFolder(from, to);
        }

        public override void DeleteFolder(string path)
        {
            Step();
            base.DeleteFolder(path);
        }
    }

    [Test]
    public void Wherever_it_dies_or_the_disk_is_full_it_goes_on_to_the_same_bits([Values] bool onlyOnce)
    {
        using var folder = new TemporaryFolder();
        TinyRun.Go(folder.File("whole"), Config);
        string[] expected = TinyRun.Curve(folder.File("whole"));
        int failures = 0;
        // In strides that are prime to what a checkpoint takes, so that all kinds of steps have their turn.
        for (int last = 0; ; last += onlyOnce ? 5 : 3)
        {
            string path = folder.File($"run{last}");
            try
            {
                TinyRun.Go(path, Config, steps: new DyingSteps(last, onlyOnce));
            }
            catch (CheckpointException failure)
            {
                Assert.That(failure.Message, Does.Contain("No space left"));
                failures++;
                string checkpoints = Path.Combine(path, "checkpoints");
                foreach (string whole in Directory.Exists(checkpoints) ? Directory.GetDirectories(checkpoints, "step-*") : [])
                    Assert.That(FileDigests.Problem(whole, "state.json", "weights.safetensors", "config.json"), Is.Null, $"{last}: {whole}");
                TinyRun.Go(path, Config);
                Assert.That(TinyRun.Curve(path), Is.EqualTo(expected), $"file step {last}");
                Assert.That(TinyRun.CheckpointNames(path), Is.EqualTo(TinyRun.CheckpointNames(folder.File("whole"))), $"file step {last}");
                continue;
            }
            break;
        }
        Assert.That(failures, Is.GreaterThan(15));
    }

    [Test]
    public void A_run_killed_at_random_moments_goes_on_to_the_same_bits()
    {
        if (KilledChild.Folder is not null)
            Assert.Ignore("this process is a child of this very test");
        using var folder = new TemporaryFolder();
        TinyRun.Go(folder.File("whole"), KilledChild.Config);
        string path = folder.File("killed");
        var random = new Random(20240611);
        int kills = 0;
        foreach (int line in Enumerable.Range(0, 4).Select(_ => random.Next(1, 110)).Order().Append(int.MaxValue))
        {
            using var child = KilledChild.Start(path);
            // That line shows that the run is under way; where it is some milliseconds later is chance.
            while (!child.HasExited && Lines(path) < line)
                Thread.Sleep(2);
            if (line < int.MaxValue && !child.WaitForExit(random.Next(0, 40)))
            {
                child.Kill();
                kills++;
            }
            child.WaitForExit();
        }
        TestContext.Out.WriteLine($"killed {kills} times");
        Assert.That(kills, Is.GreaterThanOrEqualTo(3));
        Assert.That(TinyRun.Curve(path), Is.EqualTo(TinyRun.Curve(folder.File("whole"))));
        Assert.That(File.Exists(Path.Combine(path, "report.html")));
    }

    static int Lines(string path)
    {
        string file = Path.Combine(path, "metrics.jsonl");
        return File.Exists(file) ? MetricsFile.Read(file).Count() : 0;
    }
}

/// <summary>What runs in the children of <see cref="CrashTests"/>: a run that is killed.</summary>
/// <remarks>A child is this program with a filter for this class, and the folder in its environment.</remarks>
public class KilledChild
{
    internal const string Config = """
        {"training": {"steps": 120, "batch_size": 8, "checkpoint_steps": 4, "checkpoint_minutes": 0, "keep": 2, "sample_steps": 50,
          "probe_steps": 25, "optimizer": {"learning_rate": 0.01}}}
        """;

    const string Variable = "SUTI_TEST_KILLED_RUN";

    internal static string? Folder => Environment.GetEnvironmentVariable(Variable);

    [Test]
    public void Runs_until_it_is_killed()
    {
        if (Folder is null)
            return; // runs in children alone
        // The disk is waited for as in earnest: a checkpoint then takes as long as the steps between two of them.
        TinyRun.Go(Folder, Config, steps: FileSteps.OfSystem);
    }

    internal static Process Start(string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(KilledChild).Assembly.Location);
        start.ArgumentList.Add("--filter");
        start.ArgumentList.Add($"FullyQualifiedName~{nameof(KilledChild)}");
        start.Environment[Variable] = folder;
        var child = Process.Start(start)!;
        // Read, or the child would wait for room in the pipe.
        child.OutputDataReceived += (_, _) => { };
        child.ErrorDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }
}
