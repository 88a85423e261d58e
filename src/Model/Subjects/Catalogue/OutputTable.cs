using Microsoft.Data.Sqlite;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>A picture that an expert drew.</summary>
/// <param name="Id">In the catalogue; 0 before it is added.</param>
/// <param name="Prompt">The number of the prompt.</param>
/// <param name="Path">Relative to the run's folder.</param>
/// <param name="FileDigest">SHA-256 of the file.</param>
public sealed record ExpertOutput(long Id, long Prompt, long Seed, string Path, string FileDigest);

/// <summary>What the experts of a run drew, and what it scored.</summary>
public sealed class OutputTable
{
    const int Page = 512;

    readonly CatalogueConnection _connection;

    internal OutputTable(CatalogueConnection connection) => _connection = connection;

    public long Count => _connection.Number("SELECT count(*) FROM outputs");

    /// <summary>False if there is a picture of this prompt and seed already; that one stays.</summary>
    public bool Add(ExpertOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return _connection.Execute("INSERT OR IGNORE INTO outputs(prompt, seed, path, file) VALUES($prompt, $seed, $path, $file)",
            ("$prompt", output.Prompt), ("$seed", output.Seed), ("$path", output.Path), ("$file", output.FileDigest)) == 1;
    }

    /// <summary>The outputs for a cluster's prompts, in the order they were added.</summary>
    public IReadOnlyList<ExpertOutput> Of(long cluster)
        => _connection.Rows("""
            SELECT o.id, o.prompt, o.seed, o.path, o.file FROM outputs o JOIN prompts p ON p.id = o.prompt
            WHERE p.cluster = $cluster ORDER BY o.id
            """, Read, ("$cluster", cluster));

    /// <summary>All outputs in the order they were added, read a few hundred at a time.</summary>
    public IEnumerable<ExpertOutput> All()
    {
        for (long after = 0; ;)
        {
            var page = _connection.Rows("SELECT id, prompt, seed, path, file FROM outputs WHERE id > $after ORDER BY id LIMIT $page", Read,
                ("$after", after), ("$page", Page));
            foreach (var output in page)
                yield return output;
            if (page.Count < Page)
                yield break;
            after = page[^1].Id;
        }
    }

    /// <param name="name">As in <c>delta_clip</c>.</param>
    /// <param name="model">The digest of the model that measured.</param>
    public void SetScore(long output, string name, string model, double value)
        => _connection.Execute("INSERT OR REPLACE INTO scores VALUES($output, $name, $model, $value)", ("$output", output), ("$name", name),
            ("$model", ModelNumber(_connection, model)), ("$value", value));

    /// <summary>Null if it was not measured.</summary>
    /// <inheritdoc cref="SetScore"/>
    public double? Score(long output, string name, string model)
        => _connection.Scalar("""
            SELECT value FROM scores s JOIN models m ON m.id = s.model WHERE s.output = $output AND s.name = $name AND m.digest = $model
            """, ("$output", output), ("$name", name), ("$model", model)) as double?;

    /// <summary>All values of a score with their outputs' numbers.</summary>
    /// <param name="heldOut">Of prompts for training (false), for evaluation (true), or all (null).</param>
    /// <inheritdoc cref="SetScore"/>
    public IReadOnlyList<(long Output, double Value)> Scores(string name, string model, bool? heldOut = null)
        => _connection.Rows("""
            SELECT s.output, s.value FROM scores s JOIN models m ON m.id = s.model JOIN outputs o ON o.id = s.output JOIN prompts p ON p.id = o.prompt
            WHERE s.name = $name AND m.digest = $model AND ($held IS NULL OR p.held_out = $held) ORDER BY s.output
            """, row => (row.GetInt64(0), row.GetDouble(1)), ("$name", name), ("$model", model), ("$held", heldOut is { } held ? (held ? 1 : 0) : null));

    internal static long ModelNumber(CatalogueConnection connection, string digest)
    {
        const string find = "SELECT id FROM models WHERE digest = $digest";
        if (connection.Scalar(find, ("$digest", digest)) is long known)
            return known;
        connection.Execute("INSERT OR IGNORE INTO models(digest) VALUES($digest)", ("$digest", digest));
        return connection.Number(find, ("$digest", digest));
    }

    static ExpertOutput Read(SqliteDataReader row) => new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetString(4));
}
