namespace SuTI.Model.Subjects.Filtering;

/// <summary>What the filter did, and how Δ is spread over all pictures for training.</summary>
public sealed record FilterSummary
{
    /// <summary>Pictures measured by this call.</summary>
    public long Measured { get; init; }

    /// <summary>Pictures that an earlier call measured with the same model.</summary>
    public long Known { get; init; }

    /// <summary>Pictures that are not there, or are none.</summary>
    public long Missing { get; init; }

    /// <summary>Pictures that are not those which the catalogue noted.</summary>
    public long Changed { get; init; }

    public double Threshold { get; init; }

    /// <summary>Pictures for training with a Δ.</summary>
    public long Pictures { get; init; }

    /// <summary>Of these, how many pass.</summary>
    public long Kept { get; init; }

    /// <summary>Clusters that at least one kept picture is of.</summary>
    public long KeptClusters { get; init; }

    public double Mean { get; init; }

    /// <summary>Share (0 to 1) and the Δ that this share of the pictures does not exceed.</summary>
    public IReadOnlyList<(double Share, double Delta)> Quantiles { get; init; } = [];

    /// <summary>For each threshold, how many pictures pass.</summary>
    public IReadOnlyList<(double Threshold, long Kept)> AtThresholds { get; init; } = [];
}
