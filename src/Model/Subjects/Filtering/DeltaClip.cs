namespace SuTI.Model.Subjects.Filtering;

/// <summary>
/// How much better an expert's picture fits its prompt than the best of the cluster's own pictures: Δ(y, C, p) = CLIP(y, p) − max over
/// x in C of CLIP(x, p), where CLIP is the cosine of image and text (Chen et al. 2023, section 3.2).
/// </summary>
/// <param name="Output">CLIP(y, p).</param>
/// <param name="Reference">The greatest CLIP(x, p).</param>
public readonly record struct DeltaClip(double Output, double Reference)
{
    /// <summary>The threshold of the paper.</summary>
    public const double DefaultThreshold = 0.02;

    /// <summary>The thresholds that the paper compares.</summary>
    public static IReadOnlyList<double> Thresholds { get; } = [0, 0.01, 0.015, 0.02, 0.025];

    public double Delta => Output - Reference;

    /// <param name="output">CLIP(y, p).</param>
    /// <param name="references">CLIP(x, p) of each picture of the cluster.</param>
    /// <exception cref="ArgumentException">The cluster is empty.</exception>
    public static DeltaClip Of(double output, IEnumerable<double> references)
    {
        double[] all = [.. references];
        return all.Length > 0 ? new(output, all.Max()) : throw new ArgumentException("A cluster has pictures.", nameof(references));
    }

    /// <summary>Whether a picture is learnt from: Δ &gt; λ, and not Δ = λ.</summary>
    public static bool Passes(double delta, double threshold) => delta > threshold;
}
