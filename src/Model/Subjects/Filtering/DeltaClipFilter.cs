using System.Globalization;
using SuTI.Engine;
using SuTI.Model.Evaluation;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Filtering;

/// <summary>A picture that the apprentice learns from.</summary>
/// <param name="Delta">See <see cref="DeltaClip"/>.</param>
public sealed record KeptOutput(ExpertOutput Output, ClusterPrompt Prompt, double Delta);

/// <summary>Measures what experts drew and keeps what is better than the cluster's own pictures. What is measured stays measured.</summary>
public static class DeltaClipFilter
{
    /// <summary>Names of the scores: Δ, CLIP(y, p), and the greatest CLIP(x, p).</summary>
    public const string Score = "delta_clip", OutputScore = "clip_text", ReferenceScore = "clip_text_reference";

    static readonly double[] s_shares = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];

    /// <param name="images">CLIP's pictures.</param>
    /// <param name="texts">CLIP's texts; the same model.</param>
    /// <param name="threshold">λ: pictures with Δ &gt; λ are kept. Another λ later measures nothing again.</param>
    /// <exception cref="SutiException">The two are different models, or a cluster's own picture cannot be read.</exception>
    public static FilterSummary Run(RunCatalogue run, IImageEmbedder images, ITextEmbedder texts, double threshold = DeltaClip.DefaultThreshold,
        Action<long, long>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(texts);
        if (images.Digest != texts.Digest)
            throw new SutiException("filter", "pictures and texts are compared in the space of one model", images.Digest, texts.Digest);
        if (!double.IsFinite(threshold))
            throw new SutiException("filter", "the threshold is a number", "0.02", threshold.ToString(CultureInfo.InvariantCulture));
        using var turn = StageLock.Take(run, "filter");
        var pictures = new RunPictures(run, new(run.Embeddings, images, texts));
        long measured = 0, known = 0, done = 0, total = run.Clusters.Count;
        foreach (var cluster in run.Clusters.All())
        {
            stop.ThrowIfCancellationRequested();
            var outputs = run.Outputs.Of(cluster.Id);
            var open = outputs.Where(output => run.Outputs.Score(output.Id, Score, images.Digest) is null).ToList();
            known += outputs.Count - open.Count;
            var deltas = Measure(run, pictures, cluster, open);
            // One short step: others write to the run meanwhile.
            run.InTransaction(() =>
            {
                foreach (var (id, delta) in deltas)
                {
                    run.Outputs.SetScore(id, Score, images.Digest, delta.Delta);
                    run.Outputs.SetScore(id, OutputScore, images.Digest, delta.Output);
                    run.Outputs.SetScore(id, ReferenceScore, images.Digest, delta.Reference);
                }
            });
            measured += deltas.Count;
            progress?.Invoke(++done, total);
        }
        var summary = Summarize(run, images.Digest, threshold) with
        {
            Measured = measured,
            Known = known,
            Missing = pictures.Missing,
            Changed = pictures.Changed,
        };
        Note(run, images.Digest, threshold, summary);
        return summary;
    }

    /// <summary>The pictures to learn from: of prompts that are not held out, with Δ &gt; λ.</summary>
    /// <param name="model">The digest of the CLIP that measured.</param>
    public static IEnumerable<KeptOutput> Kept(RunCatalogue run, string model, double threshold = DeltaClip.DefaultThreshold)
    {
        ArgumentNullException.ThrowIfNull(run);
        foreach (var output in run.Outputs.All())
        {
            if (run.Outputs.Score(output.Id, Score, model) is { } delta && DeltaClip.Passes(delta, threshold)
                && run.Prompts.Find(output.Prompt) is { IsHeldOut: false } prompt)
                yield return new(output, prompt, delta);
        }
    }

    static List<(long Output, DeltaClip Delta)> Measure(RunCatalogue run, RunPictures pictures, Cluster cluster, List<ExpertOutput> outputs)
    {
        var found = pictures.Outputs(outputs);
        if (found.Count == 0)
            return [];
        var prompts = run.Prompts.Of(cluster.Id).ToDictionary(prompt => prompt.Id, prompt => prompt.Text);
        float[][] own = pictures.Own(cluster);
        float[][] asked = pictures.Texts([.. found.Select(output => prompts[output.Output.Prompt])]);
        return [.. found.Select((output, i) => (output.Output.Id,
            DeltaClip.Of(Cosine.Of(output.Embedding, asked[i]), own.Select(picture => Cosine.Of(picture, asked[i])))))];
    }

    static FilterSummary Summarize(RunCatalogue run, string model, double threshold)
    {
        double[] deltas = [.. run.Outputs.Scores(Score, model, heldOut: false).Select(score => score.Value).Order()];
        return new()
        {
            Threshold = threshold,
            Pictures = deltas.Length,
            Kept = Passing(threshold),
            KeptClusters = Kept(run, model, threshold).Select(kept => kept.Prompt.Cluster).Distinct().LongCount(),
            Mean = deltas.Length == 0 ? double.NaN : deltas.Average(),
            Quantiles = deltas.Length == 0 ? [] : [.. s_shares.Select(share => (share, deltas[(int)Math.Round(share * (deltas.Length - 1))]))],
            AtThresholds = [.. DeltaClip.Thresholds.Append(threshold).Distinct().Order().Select(bound => (bound, Passing(bound)))],
        };

        long Passing(double bound) => deltas.LongCount(delta => DeltaClip.Passes(delta, bound));
    }

    static void Note(RunCatalogue run, string model, double threshold, FilterSummary summary)
    {
        string settings = string.Create(CultureInfo.InvariantCulture, $$"""{"clip":"{{model}}","threshold":{{threshold}}}""");
        run.Stages.Replace("filter", settings);
        run.Stages.Finish("filter");
        var list = StageManifest.WriteLines(run, "kept.jsonl", Kept(run, model, threshold).Select(kept => new Action<System.Text.Json.Utf8JsonWriter>(json =>
        {
            json.WriteNumber("cluster", kept.Prompt.Cluster);
            json.WriteString("prompt", kept.Prompt.Text);
            json.WriteString("image", kept.Output.Path);
            json.WriteString("sha256", kept.Output.FileDigest);
            json.WriteNumber("delta_clip", kept.Delta);
        })));
        StageManifest.Write(run, "filter", settings,
            [("pictures", summary.Pictures), ("kept", summary.Kept), ("kept_clusters", summary.KeptClusters)], [list]);
    }
}
