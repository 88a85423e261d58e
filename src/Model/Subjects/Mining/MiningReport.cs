using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Mining;

/// <summary>How many fell at which filter; the whole run, however often it was stopped.</summary>
public sealed record MiningReport
{
    /// <summary>Pictures that the lists name.</summary>
    public long Entries { get; init; }

    /// <summary>What the lists left out.</summary>
    public required CrawlFaults Faults { get; init; }

    /// <summary>Pictures that are not there.</summary>
    public long Missing { get; init; }

    /// <summary>Files that are no picture, or a broken or too large one.</summary>
    public long Broken { get; init; }

    /// <summary>Pictures whose pixels were met before, on this page or an earlier one.</summary>
    public long Copies { get; init; }

    /// <summary>Pictures that are nearly another of their page.</summary>
    public long NearCopies { get; init; }

    /// <summary>Pictures unlike the others of their page, where such are looked for.</summary>
    public long Outliers { get; init; }

    /// <summary>Pictures beyond the most that a cluster may have.</summary>
    public long Surplus { get; init; }

    public long Pages { get; init; }

    /// <summary>Pages with too few pictures from the start.</summary>
    public long TooSmall { get; init; }

    /// <summary>Pages that lost too many pictures.</summary>
    public long TooFewLeft { get; init; }

    public long TooUnlike { get; init; }

    public long TooAlike { get; init; }

    public long Clusters { get; init; }

    /// <summary>Clusters that no text says the subject of: see <see cref="SubjectHandover"/>.</summary>
    public long WithoutSubject { get; init; }

    public static MiningReport Of(RunCatalogue run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var table = new CrawlTable(run);
        var losses = table.Losses();
        var outcomes = table.Outcomes();
        return new()
        {
            Entries = table.Entries,
            Faults = table.Faults(),
            Missing = losses.Missing,
            Broken = losses.Broken,
            Copies = losses.Copies,
            NearCopies = losses.NearCopies,
            Outliers = losses.Outliers,
            Surplus = losses.Surplus,
            Pages = table.Pages,
            TooSmall = outcomes.GetValueOrDefault(PageOutcome.TooSmall),
            TooFewLeft = outcomes.GetValueOrDefault(PageOutcome.TooFewLeft),
            TooUnlike = outcomes.GetValueOrDefault(PageOutcome.TooUnlike),
            TooAlike = outcomes.GetValueOrDefault(PageOutcome.TooAlike),
            Clusters = run.Clusters.Count,
            WithoutSubject = run.Clusters.CountWithoutSubject,
        };
    }

    /// <summary>All counts by name, in the order of the filters.</summary>
    public IReadOnlyList<(string Name, long Count)> Counts() =>
    [
        ("bad_lines", Faults.BadLines), ("bad_paths", Faults.BadPaths), ("links", Faults.Links), ("unmatched", Faults.Unmatched),
        ("broken_shards", Faults.BrokenShards), ("pictures", Entries), ("missing", Missing), ("broken", Broken), ("copies", Copies),
        ("near_copies", NearCopies), ("outliers", Outliers), ("surplus", Surplus), ("pages", Pages), ("pages_too_small", TooSmall),
        ("pages_too_few_left", TooFewLeft), ("pages_too_unlike", TooUnlike), ("pages_too_alike", TooAlike), ("clusters", Clusters),
        ("clusters_without_subject", WithoutSubject),
    ];
}
