namespace SuTI.Model.Evaluation;

/// <summary>Similarities of embeddings, which have length 1.</summary>
public static class Cosine
{
    /// <summary>The cosine of two vectors of length 1: their product, summed in f64.</summary>
    public static double Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }

    /// <summary>The mean over all pairs of two lists.</summary>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    public static double MeanOfPairs(IReadOnlyList<float[]> first, IReadOnlyList<float[]> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count == 0 || second.Count == 0)
            throw new ArgumentException("There is no pair.", first.Count == 0 ? nameof(first) : nameof(second));
        double sum = 0;
        foreach (float[] a in first)
        {
            foreach (float[] b in second)
                sum += Of(a, b);
        }
        return sum / ((double)first.Count * second.Count);
    }

    /// <summary>The mean over all pairs of different members of one list.</summary>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public static double MeanWithin(IReadOnlyList<float[]> all)
    {
        ArgumentNullException.ThrowIfNull(all);
        if (all.Count < 2)
            throw new ArgumentException("There is no pair.", nameof(all));
        double sum = 0;
        for (int i = 0; i < all.Count; i++)
        {
            for (int j = 0; j < i; j++)
                sum += Of(all[i], all[j]);
        }
        return sum / (all.Count * (all.Count - 1) / 2.0);
    }
}
