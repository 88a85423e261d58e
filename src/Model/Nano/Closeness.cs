namespace SuTI.Model.Nano;

/// <summary>How near to each other pictures of one subject are, against others of its class and all others.</summary>
/// <param name="NearestError">Share of pictures whose nearest is of another subject.</param>
/// <param name="ClassError">
/// Share of triples (a picture, another of its subject, one of another subject of its class) in which the latter is nearer.
/// </param>
/// <param name="Same">Cosines of two pictures of one subject.</param>
/// <param name="Class">Of two subjects of one class.</param>
/// <param name="Other">Of two classes.</param>
sealed record Closeness(double NearestError, double ClassError, Spread Same, Spread Class, Spread Other)
{
    /// <param name="vectors">Of length 1.</param>
    /// <param name="subjects">Of each; every subject at least twice, every class of at least two subjects.</param>
    /// <param name="classes">Of each.</param>
    internal static Closeness Of(IReadOnlyList<float[]> vectors, IReadOnlyList<long> subjects, IReadOnlyList<int> classes)
    {
        List<double> same = [], kin = [], other = [];
        int misled = 0;
        long triples = 0, wrong = 0;
        for (int i = 0; i < vectors.Count; i++)
        {
            double nearest = double.NegativeInfinity;
            bool isOwn = false;
            List<double> ownSame = [], ownKin = [];
            for (int j = 0; j < vectors.Count; j++)
            {
                if (i == j)
                    continue;
                double cosine = Cosine(vectors[i], vectors[j]);
                (subjects[i] == subjects[j] ? ownSame : classes[i] == classes[j] ? ownKin : other).Add(cosine);
                if (cosine > nearest)
                    (nearest, isOwn) = (cosine, subjects[i] == subjects[j]);
            }
            misled += isOwn ? 0 : 1;
            triples += (long)ownSame.Count * ownKin.Count;
            wrong += ownSame.Sum(right => ownKin.LongCount(cosine => cosine > right));
            same.AddRange(ownSame);
            kin.AddRange(ownKin);
        }
        return new((double)misled / vectors.Count, triples == 0 ? 0 : (double)wrong / triples, Spread.Of(same), Spread.Of(kin),
            Spread.Of(other));
    }

    internal static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}

/// <summary>Where numbers lie: their mean, and the values below which a twentieth and all but a twentieth are.</summary>
sealed record Spread(double Mean, double Low, double High)
{
    internal static Spread Of(List<double> values)
    {
        if (values.Count == 0)
            return new(0, 0, 0);
        var sorted = values.Order().ToList();
        return new(values.Average(), sorted[values.Count / 20], sorted[values.Count - 1 - (values.Count / 20)]);
    }
}
