using SuTI.Engine;

namespace SuTI.Model.Nano;

/// <summary>Losses by which embeddings find their like among a batch.</summary>
public static class ContrastiveLosses
{
    // Beside this a logit has no weight in a softmax, and it stays finite in every arithmetic.
    const double Nothing = -1e4;

    /// <summary>
    /// Texts and images that belong together in this order find each other among all, but for those of another's images that a text
    /// describes as well: they are left out. Source: Radford et al. (2021), figure 3, which leaves out none.
    /// </summary>
    /// <param name="logits">(n, n): scaled cosines, texts by images.</param>
    /// <param name="describes">Whether a text, by number, describes the image of another.</param>
    /// <returns>A single number.</returns>
    /// <exception cref="ShapeException">Not as many texts as images.</exception>
    public static Tensor Pairs(Tensor logits, Func<int, int, bool> describes)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(describes);
        if (logits.Shape.Rank != 2 || logits.Shape[0] != logits.Shape[1])
            throw new ShapeException("contrastive loss", "texts and images come in pairs", "(n, n)", logits.Shape.ToString());
        int n = logits.Shape[0];
        using var scope = TensorScope.Open("contrastive loss");
        float[] mask = new float[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                mask[(i * n) + j] = i != j && describes(i, j) ? (float)Nothing : 0;
        }
        long[] own = [.. Enumerable.Range(0, n).Select(i => (long)i)];
        var targets = Tensor.From(own, [n], logits.Device);
        var masked = logits + Tensor.From(mask, [n, n], logits.Device).Cast(logits.DType);
        return scope.Keep((masked.CrossEntropy(targets) + masked.Transpose().CrossEntropy(targets)) * 0.5);
    }

    /// <summary>
    /// Each embedding finds those of the same label among all others: the mean over its positives outside of the logarithm.
    /// Source: Khosla et al., Supervised Contrastive Learning (2020), equation 2.
    /// </summary>
    /// <param name="embeddings">(n, width), of length 1.</param>
    /// <param name="labels">n labels, each at least twice.</param>
    /// <param name="scale">What cosines are multiplied by: the inverse of the temperature.</param>
    /// <returns>A single number.</returns>
    /// <exception cref="SutiException">A label that occurs once.</exception>
    /// <exception cref="ShapeException">Not as many labels as embeddings.</exception>
    public static Tensor SameLabel(Tensor embeddings, IReadOnlyList<long> labels, double scale)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(labels);
        int n = labels.Count;
        if (embeddings.Shape.Rank != 2 || embeddings.Shape[0] != n)
            throw new ShapeException("contrastive loss", "every embedding has a label", $"({n}, width)", embeddings.Shape.ToString());
        using var scope = TensorScope.Open("contrastive loss");
        float[] self = new float[n * n], positive = new float[n * n];
        for (int i = 0; i < n; i++)
        {
            self[(i * n) + i] = (float)Nothing;
            int like = labels.Count(label => label == labels[i]) - 1;
            if (like == 0)
                throw new SutiException("contrastive loss", "every label occurs at least twice", null, $"label {labels[i]} once");
            for (int j = 0; j < n; j++)
                positive[(i * n) + j] = i != j && labels[i] == labels[j] ? 1f / like : 0;
        }
        var logits = embeddings.MatMul(embeddings.Transpose()) * scale;
        var among = (logits + Tensor.From(self, [n, n], embeddings.Device).Cast(embeddings.DType)).LogSumExp(1);
        var own = (logits * Tensor.From(positive, [n, n], embeddings.Device).Cast(embeddings.DType)).Sum(1);
        return scope.Keep((among - own).Mean());
    }
}
