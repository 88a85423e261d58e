using SuTI.Engine;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Filtering;

namespace SuTI.Model.Evaluation;

/// <summary>The scores of what the experts of a run drew.</summary>
/// <param name="Pictures">That were measured.</param>
/// <param name="Missing">That are not there or not those which the catalogue noted.</param>
/// <param name="Scores">clip_i, clip_t, dino (where there is one), and clip_i_real, dino_real: what the photographs reach among themselves.</param>
public sealed record RunScores(long Pictures, long Missing, IReadOnlyList<(string Name, MeanInterval Value)> Scores);

/// <summary>Measures a run by CLIP and DINO.</summary>
public static class RunEvaluation
{
    /// <param name="images">CLIP's pictures.</param>
    /// <param name="texts">CLIP's texts.</param>
    /// <param name="dino">Null leaves it out.</param>
    /// <param name="heldOut">Pictures of prompts for training (false), for evaluation (true), or all (null).</param>
    /// <exception cref="SutiException">There is nothing to measure, or a cluster's picture cannot be read.</exception>
    public static RunScores Measure(RunCatalogue run, IImageEmbedder images, ITextEmbedder texts, IImageEmbedder? dino = null, bool? heldOut = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(texts);
        var byClip = new RunPictures(run, new(run.Embeddings, images, texts));
        var byDino = dino is null ? null : new RunPictures(run, new(run.Embeddings, dino));
        var clip = new List<SubjectEmbeddings>();
        var features = new List<SubjectEmbeddings>();
        long pictures = 0;
        foreach (var cluster in run.Clusters.All())
        {
            stop.ThrowIfCancellationRequested();
            var prompts = run.Prompts.Of(cluster.Id, heldOut).ToDictionary(prompt => prompt.Id, prompt => prompt.Text);
            var found = byClip.Outputs([.. run.Outputs.Of(cluster.Id).Where(output => prompts.ContainsKey(output.Prompt))]);
            if (found.Count == 0)
                continue;
            pictures += found.Count;
            clip.Add(new(byClip.Own(cluster), Vectors(found), byClip.Texts([.. found.Select(output => prompts[output.Output.Prompt])])));
            if (byDino is not null)
                features.Add(new(byDino.Own(cluster), Vectors(byDino.Outputs([.. found.Select(output => output.Output)])), []));
        }
        if (pictures == 0)
            throw new SutiException(CheckpointException.Printable(run.Folder, 1000), "has no pictures to measure", "outputs of experts", "none");
        List<(string, MeanInterval)> scores =
        [
            ("clip_i", SubjectScores.Fidelity(clip)), ("clip_t", SubjectScores.PromptFidelity(clip)), ("clip_i_real", SubjectScores.OfReferences(clip)),
        ];
        if (dino is not null)
            scores.AddRange([("dino", SubjectScores.Fidelity(features)), ("dino_real", SubjectScores.OfReferences(features))]);
        return new(pictures, byClip.Missing + byClip.Changed, scores);
    }

    static float[][] Vectors(IReadOnlyList<(ExpertOutput Output, float[] Embedding)> pictures) => [.. pictures.Select(picture => picture.Embedding)];
}
