using SuTI.Engine;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Filtering;
using SuTI.Model.Training;

namespace SuTI.Model.Subjects;

/// <summary>What of a run is learnt from.</summary>
public enum RunTargets
{
    /// <summary>What experts drew and the filter kept: apprenticeship (SuTI, section 3.2).</summary>
    Outputs,

    /// <summary>The clusters' own pictures with the pages' texts, each read with the others: Re-Imagen's way, without experts.</summary>
    Clusters,
}

/// <summary>Subjects of a run: a cluster's own pictures are its demonstrations.</summary>
public sealed class RunSubjects : ISubjectData, IDisposable
{
    // One cluster in so many is never learnt from, where there are enough of them.
    const int HeldOutShare = 20, MostHeldOut = 64;

    readonly List<Source> _learnt = [], _heldOut = [];
    readonly RunCatalogue _run;
    readonly PictureShelf _shelf;
    readonly int _size, _targets, _demonstrations;
    readonly Device _device;

    /// <param name="run">Disposed of with this, once it is made.</param>
    /// <param name="threshold">λ of the pictures that are learnt from; null is the one that <c>suti filter</c> was called with last.</param>
    /// <param name="size">Of pictures, pixels.</param>
    /// <param name="targets">Pictures of a subject in a batch.</param>
    /// <param name="demonstrations">Of each subject; those of a small cluster repeat.</param>
    /// <param name="device">Of the tensors.</param>
    /// <exception cref="SutiException">There is nothing to learn from; or the outputs were not filtered.</exception>
    public RunSubjects(RunCatalogue run, RunTargets kind, double? threshold, int size, int targets, int demonstrations, Device device)
    {
        ArgumentNullException.ThrowIfNull(run);
        (_size, _targets, _demonstrations, _device) = (size, targets, demonstrations, device);
        _run = run;
        _shelf = new(run, size);
        var kept = kind == RunTargets.Outputs ? Kept(run, threshold) : null;
        // In the order of digests of pages: which are held out does not depend on the crawl's order.
        var clusters = run.Clusters.All().Where(cluster => cluster.Subject.Length > 0).OrderBy(cluster => Experts.PageSeed.Of(0, cluster.Url)).ToList();
        int held = clusters.Count < HeldOutShare ? 0 : Math.Min(MostHeldOut, clusters.Count / HeldOutShare);
        foreach (var (cluster, i) in clusters.Select((cluster, i) => (cluster, i)))
        {
            var source = new Source([.. cluster.Images.Select(image => new Shown(image.Path, image.FileDigest, ClusterCaptions.Of(cluster, image)))],
                kept?.GetValueOrDefault(cluster.Id) ?? [], cluster.Noun, cluster.Subject);
            if (i < held)
                _heldOut.Add(source);
            else if (kind == RunTargets.Clusters ? source.Own.Count > 1 : source.Drawn.Count > 0)
                _learnt.Add(source);
        }
        if (_learnt.Count == 0)
            throw new SutiException(CheckpointException.Printable(run.Folder, 1000), "has no pictures to learn from",
                kind == RunTargets.Outputs ? "outputs of experts that suti filter kept" : "clusters with subject texts", "none");
        // Few clusters: the probes say how well those are learnt.
        if (_heldOut.Count == 0)
            _heldOut.AddRange(_learnt);
    }

    /// <summary>Clusters that are learnt from.</summary>
    public int Count => _learnt.Count;

    /// <summary>Outputs that are learnt from.</summary>
    public int OutputCount => _learnt.Sum(source => source.Drawn.Count);

    /// <inheritdoc/>
    public SubjectBatch Batch(MicroBatch batch)
    {
        if (batch.Size % _targets != 0)
            throw new SutiException("run subjects", "a batch is made of whole subjects",
                FormattableString.Invariant($"a multiple of {_targets} pictures"), FormattableString.Invariant($"{batch.Size}"));
        int subjects = batch.Size / _targets;
        uint first = batch.FirstSample / (uint)_targets;
        int each = 1 + (2 * _targets) + _demonstrations;
        double[] chances;
        using (TensorScope.Open("numbers"))
            chances = Tensor.Uniform([subjects, each], batch.Key("run subjects"), first).ToDoubles();
        var (targets, demonstrations) = (new List<(Shown, string)>(), new List<Shown>());
        for (int group = 0; group < subjects; group++)
            Choose(chances.AsSpan(group * each, each), targets, demonstrations);
        return Batch(subjects, targets, demonstrations);
    }

    /// <inheritdoc/>
    public SubjectBatch HeldOut(int subjects, int demonstrations)
    {
        var (targets, shown) = (new List<(Shown, string)>(), new List<Shown>());
        for (int group = 0; group < subjects; group++)
        {
            var own = _heldOut[group % _heldOut.Count].Own;
            var target = own[group / _heldOut.Count % own.Count];
            targets.Add((target, target.Text));
            var others = own.Where(picture => picture != target).DefaultIfEmpty(target).ToList();
            shown.AddRange(Enumerable.Range(0, demonstrations).Select(i => others[i % others.Count]));
        }
        return Batch(subjects, targets, shown);
    }

    public void Dispose() => _run.Dispose();

    void Choose(ReadOnlySpan<double> chances, List<(Shown, string)> targets, List<Shown> demonstrations)
    {
        var source = _learnt[(int)(chances[0] * _learnt.Count)];
        var own = source.Own.ToArray();
        for (int i = 0; i < own.Length - 1; i++)
        {
            int other = i + (int)(chances[1 + (i % (chances.Length - 1))] * (own.Length - i));
            (own[i], own[other]) = (own[other], own[i]);
        }
        // Pictures of a cluster are never demonstrations of themselves.
        int read = source.Drawn.Count > 0 ? own.Length : Math.Min(_demonstrations, own.Length - 1);
        for (int i = 0; i < _targets; i++)
        {
            double choice = chances[1 + _demonstrations + (2 * i)], words = chances[2 + _demonstrations + (2 * i)];
            var target = source.Drawn.Count > 0 ? source.Drawn[(int)(choice * source.Drawn.Count)] : own[read + (int)(choice * (own.Length - read))];
            // Prompts of people name the class alone more often than the individual.
            targets.Add((target, words < 0.5 ? target.Text.Replace(source.Subject, source.Noun, StringComparison.Ordinal) : target.Text));
        }
        for (int i = 0; i < _demonstrations; i++)
            demonstrations.Add(own[i % read]);
    }

    SubjectBatch Batch(int subjects, List<(Shown Picture, string Prompt)> targets, List<Shown> demonstrations)
        => new(subjects, Images([.. targets.Select(target => target.Picture)]), [.. targets.Select(target => target.Prompt)],
            demonstrations.Count == 0 ? null : Images(demonstrations), [.. demonstrations.Select(shown => shown.Text)]);

    Tensor Images(List<Shown> pictures)
    {
        int length = _size * _size * 3;
        float[] values = new float[pictures.Count * length];
        for (int i = 0; i < pictures.Count; i++)
        {
            var pixels = _shelf.Pixels(pictures[i].Path, pictures[i].Digest);
            for (int j = 0; j < length; j++)
                values[(i * length) + j] = (pixels[j] / 127.5f) - 1;
        }
        return Tensor.From(values, [pictures.Count, _size, _size, 3], _device);
    }

    static Dictionary<long, List<Shown>> Kept(RunCatalogue run, double? threshold)
    {
        if (FilterSettings.Of(run) is not { } filter)
            throw new SutiException(CheckpointException.Printable(run.Folder, 1000), "what experts drew is filtered before it is learnt", "suti filter", "no filter yet");
        return DeltaClipFilter.Kept(run, filter.Clip, threshold ?? filter.Threshold).GroupBy(kept => kept.Prompt.Cluster)
            .ToDictionary(group => group.Key, group => group.Select(kept => new Shown(kept.Output.Path, kept.Output.FileDigest, kept.Prompt.Text)).ToList());
    }

    sealed record Shown(string Path, string Digest, string Text);

    sealed record Source(IReadOnlyList<Shown> Own, IReadOnlyList<Shown> Drawn, string Noun, string Subject);
}
