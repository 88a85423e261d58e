using System.Diagnostics;
using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Experts;

/// <summary>
/// Tunes an expert for one cluster after another and keeps what it draws for the cluster's prompts (SuTI, algorithm 1). Any number of workers, in
/// any number of processes, share a run; one that is killed loses the expert at hand.
/// </summary>
public sealed class ExpertWorker : IDisposable
{
    public const string Stage = "experts";

    static readonly ImageLimits s_limits = new() { FileBytes = 64 << 20, Pixels = 1 << 24, Side = 16384 };
    static readonly TimeSpan s_wait = TimeSpan.FromSeconds(2);

    readonly RunCatalogue _run;
    readonly LoadedSubjectModel _loaded;
    readonly ExpertOptions _options;
    readonly SubjectTuner _tuner;
    readonly string _digest;

    /// <exception cref="SutiException">An option out of range, or experts were begun with other settings.</exception>
    public ExpertWorker(RunCatalogue run, LoadedSubjectModel start, ExpertOptions options)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_run, _loaded, _options) = (run, start, options);
        if (run.Prompts.Count == 0)
            throw new SutiException(CheckpointException.Printable(run.Folder, 1000), "experts draw prompts", "prompts, as suti prompts writes them", "none");
        _digest = ModelDigest.Compute(start.Folder);
        run.Stages.Begin(Stage, options.Settings(_digest));
        _tuner = new(start.Model, start.Weights, options.Tuning);
    }

    /// <summary>Works until no cluster is left, and waits for those of other workers, which may die.</summary>
    /// <param name="most">Experts that this worker makes at most.</param>
    /// <param name="lease">After which silence a worker counts as dead; see <see cref="ClaimTable.DefaultLease"/>.</param>
    public ExpertSummary Run(Action<ExpertProgress>? progress = null, int most = int.MaxValue, TimeSpan? lease = null, CancellationToken cancellation = default)
    {
        var summary = new ExpertSummary(0, 0, 0, 0, 0, _run.Claims.Progress(Stage, lease));
        string worker = ClaimTable.NewWorker();
        while (summary.Experts < most)
        {
            cancellation.ThrowIfCancellationRequested();
            using var claim = _run.Claims.Next(Stage, worker, lease);
            if (claim is not null)
                summary = Take(claim, summary, progress, cancellation);
            else if (_run.Claims.Progress(Stage, lease) is { Working: > 0 } stage)
            {
                progress?.Invoke(new(0, 0, _options.Tuning.Steps, stage));
                cancellation.WaitHandle.WaitOne(s_wait);
            }
            else
                break;
        }
        summary = summary with { Stage = _run.Claims.Progress(Stage, lease) };
        if (summary.Stage is { Open: 0, Working: 0, Abandoned: 0 })
            Finish();
        return summary;
    }

    public void Dispose() => _tuner.Dispose();

    ExpertSummary Take(ClusterClaim claim, ExpertSummary summary, Action<ExpertProgress>? progress, CancellationToken cancellation)
    {
        var cluster = _run.Clusters.Find(claim.Cluster)!;
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        long start = Stopwatch.GetTimestamp();
        try
        {
            double loss = _tuner.Tune(Pictures(cluster), PageSeed.Of(_options.Seed, cluster.Url), (step, value) =>
            {
                Beat(claim, lost);
                progress?.Invoke(new(cluster.Id, step, _options.Tuning.Steps, summary.Stage));
            }, lost.Token);
            double tuning = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            var outputs = Draw(cluster, claim, lost);
            double drawing = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var expert = Keep(cluster, loss, tuning);
            bool isMine = false;
            _run.InTransaction(() =>
            {
                isMine = claim.Complete();
                if (!isMine)
                    return;
                _run.Experts.Put(expert);
                foreach (var output in outputs)
                    _run.Outputs.Add(output);
            });
            return isMine ? summary with
            {
                Experts = summary.Experts + 1,
                Pictures = summary.Pictures + outputs.Count,
                TuningSeconds = summary.TuningSeconds + tuning,
                DrawingSeconds = summary.DrawingSeconds + drawing,
                Stage = _run.Claims.Progress(Stage),
            } : summary with { Lost = summary.Lost + 1 };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return summary with { Lost = summary.Lost + 1 };
        }
        // A cluster that cannot be learnt is set aside with the reason; a full disk or a lost catalogue ends the worker.
        catch (SutiException failure) when (failure is ImageException or NonFiniteException)
        {
            claim.Fail(failure.Message);
            return summary;
        }
        finally
        {
            _tuner.Reset();
        }
    }

    static void Beat(ClusterClaim claim, CancellationTokenSource lost)
    {
        if (!claim.Beat())
            lost.Cancel();
    }

    List<TuningPicture> Pictures(Cluster cluster)
        => [.. cluster.Images.Select(image => new TuningPicture(ReadImage(image), ClusterCaptions.Of(cluster, image)))];

    Image ReadImage(ClusterImage image)
    {
        string path = _run.PathOf(image.Path);
        string found = File.Exists(path) ? FileDigest.Of(path) : "nothing there";
        return found == image.FileDigest ? ImageFile.Read(path, s_limits)
            : throw new ImageException(CheckpointException.Printable(path, 1000), "a picture of a cluster is not the one that was mined", image.FileDigest, found);
    }

    List<ExpertOutput> Draw(Cluster cluster, ClusterClaim claim, CancellationTokenSource lost)
    {
        var outputs = new List<ExpertOutput>();
        var jobs = _run.Prompts.Of(cluster.Id).SelectMany(prompt => Enumerable.Range(0, _options.Count)
            .Select(i => (Prompt: prompt, Seed: PageSeed.Of(_options.Seed, cluster.Url, prompt.Text, i)))).ToList();
        const int together = 8;
        foreach (var part in jobs.Chunk(together))
        {
            var images = SubjectDrawing.DrawPrompts(_loaded.Model, [.. part.Select(job => job.Prompt.Text)], [.. part.Select(job => job.Seed)],
                SubjectSampling.Of(_options.Steps, _options.Guidance, _options.Temperature), demonstrations: null, _ => Beat(claim, lost), lost.Token);
            foreach (var (job, image) in part.Zip(images))
                outputs.Add(Write(cluster, job.Prompt, job.Seed, image));
        }
        return outputs;
    }

    ExpertOutput Write(Cluster cluster, ClusterPrompt prompt, ulong seed, Image image)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"outputs/{cluster.Id / 1000:D4}");
        string relative = string.Create(CultureInfo.InvariantCulture, $"{folder}/{cluster.Id:D7}-{prompt.Id:D8}-{seed:x}.png"), path = _run.PathOf(relative);
        Directory.CreateDirectory(_run.PathOf(folder));
        ImageFile.WritePng(path, image, [new("Software", $"SuTI {SutiVersion.Text}"), new("Description", prompt.Text)]);
        return new(0, prompt.Id, (long)seed, relative, FileDigest.Of(path));
    }

    Expert Keep(Cluster cluster, double loss, double seconds)
    {
        string path = "", digest = "";
        if (_options.KeepsWeights)
        {
            string folder = string.Create(CultureInfo.InvariantCulture, $"experts/{cluster.Id / 1000:D4}");
            path = string.Create(CultureInfo.InvariantCulture, $"{folder}/{cluster.Id:D7}.safetensors");
            Directory.CreateDirectory(_run.PathOf(folder));
            _loaded.Weights.Save(_run.PathOf(path), new CheckpointSaveOptions { DType = DType.Float16 });
            digest = FileDigest.Of(_run.PathOf(path));
        }
        return new(cluster.Id, path, digest, string.Create(CultureInfo.InvariantCulture, $$"""{"loss":{{loss:0.######}},"seconds":{{seconds:0.###}}}"""));
    }

    void Finish()
    {
        _run.Stages.Finish(Stage);
        StageManifest.Write(_run, Stage, _options.Settings(_digest), [("experts", _run.Experts.Count), ("outputs", _run.Outputs.Count)],
            _run.Outputs.All().Select(output => (output.FileDigest, output.Path)));
    }
}
