using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Mining;

/// <summary>A page that mining has still to judge.</summary>
sealed record PageToMine(long Id, string Url, IReadOnlyList<CrawlEntry> Entries, long Surplus);

/// <summary>Pictures of a page that were left out, by reason.</summary>
record struct PageLosses(long Missing, long Broken, long Copies, long NearCopies, long Outliers, long Surplus);

/// <summary>The crawl in the catalogue: grouped by page however its lines are mixed, without holding it in memory.</summary>
sealed class CrawlTable(RunCatalogue run)
{
    const string IndexStage = "mine.index";
    const int Chunk = 5000, LargestPage = 64;

    readonly CatalogueConnection _connection = run.Connection;

    internal long Pages => _connection.Number("SELECT count(*) FROM pages");

    internal long PagesDone => _connection.Number("SELECT count(*) FROM pages WHERE outcome IS NOT NULL");

    internal long Entries => _connection.Number("SELECT count(*) FROM entries");

    /// <summary>Reads the lists once; a reading that was cut off begins anew.</summary>
    internal void Fill(Crawl crawl, string settings, CancellationToken stop)
    {
        if (run.Stages.IsFinished(IndexStage))
            return;
        run.Stages.Begin(IndexStage, settings);
        run.InTransaction(() =>
        {
            _connection.Execute("DELETE FROM entries");
            _connection.Execute("DELETE FROM pages");
        });
        foreach (var chunk in crawl.Entries().Chunk(Chunk))
        {
            stop.ThrowIfCancellationRequested();
            run.InTransaction(() =>
            {
                foreach (var entry in chunk)
                {
                    _connection.Execute("INSERT OR IGNORE INTO pages(url) VALUES($url)", ("$url", entry.Url));
                    _connection.Execute("""
                        INSERT INTO entries(page, source, start, length, text)
                        VALUES((SELECT id FROM pages WHERE url = $url), $source, $start, $length, $text)
                        """, ("$url", entry.Url), ("$source", entry.Source), ("$start", entry.Start), ("$length", entry.Length), ("$text", entry.Text));
                }
            });
        }
        run.InTransaction(() =>
        {
            var faults = crawl.Faults;
            _connection.Execute("INSERT OR REPLACE INTO stages VALUES('mine.faults', $faults, NULL)", ("$faults",
                FormattableString.Invariant($"{faults.BadLines} {faults.BadPaths} {faults.Links} {faults.Unmatched} {faults.BrokenShards}")));
            run.Stages.Finish(IndexStage);
        });
    }

    /// <summary>What the lists left out when they were read.</summary>
    internal CrawlFaults Faults()
    {
        long[] counts = [.. (run.Stages.Settings("mine.faults") ?? "0 0 0 0 0").Split(' ').Select(long.Parse)];
        return new() { BadLines = counts[0], BadPaths = counts[1], Links = counts[2], Unmatched = counts[3], BrokenShards = counts[4] };
    }

    /// <summary>The next pages in the order they were first met.</summary>
    internal IReadOnlyList<PageToMine> Next(int count)
        => [.. _connection.Rows("SELECT id, url FROM pages WHERE outcome IS NULL ORDER BY id LIMIT $count", row => (Id: row.GetInt64(0), Url: row.GetString(1)),
            ("$count", count)).Select(page => new PageToMine(page.Id, page.Url, Of(page.Id, page.Url),
                Math.Max(0, _connection.Number("SELECT count(*) FROM entries WHERE page = $page", ("$page", page.Id)) - LargestPage)))];

    /// <summary>Whether a picture was met on an earlier page; if not, it now belongs to this one.</summary>
    internal bool IsElsewhere(string pixels, long page)
    {
        _connection.Execute("INSERT OR IGNORE INTO pictures VALUES($pixels, $page)", ("$pixels", pixels), ("$page", page));
        return _connection.Number("SELECT page FROM pictures WHERE pixels = $pixels", ("$pixels", pixels)) != page;
    }

    internal void Judge(long page, PageOutcome outcome, PageLosses losses) => _connection.Execute("""
        UPDATE pages SET outcome = $outcome, missing = $missing, broken = $broken, copies = $copies, near_copies = $near,
            outliers = $outliers, surplus = $surplus WHERE id = $id
        """, ("$id", page), ("$outcome", (int)outcome), ("$missing", losses.Missing), ("$broken", losses.Broken), ("$copies", losses.Copies),
        ("$near", losses.NearCopies), ("$outliers", losses.Outliers), ("$surplus", losses.Surplus));

    internal PageLosses Losses() => _connection.Rows("""
        SELECT coalesce(sum(missing), 0), coalesce(sum(broken), 0), coalesce(sum(copies), 0), coalesce(sum(near_copies), 0),
            coalesce(sum(outliers), 0), coalesce(sum(surplus), 0) FROM pages
        """, row => new PageLosses(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)))[0];

    internal Dictionary<PageOutcome, long> Outcomes()
        => _connection.Rows("SELECT outcome, count(*) FROM pages WHERE outcome IS NOT NULL GROUP BY outcome",
            row => (Outcome: (PageOutcome)row.GetInt32(0), Count: row.GetInt64(1))).ToDictionary(row => row.Outcome, row => row.Count);

    List<CrawlEntry> Of(long page, string url)
        => _connection.Rows("SELECT source, start, length, text FROM entries WHERE page = $page ORDER BY id LIMIT $most",
            row => new CrawlEntry(url, row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3)), ("$page", page), ("$most", LargestPage));
}
