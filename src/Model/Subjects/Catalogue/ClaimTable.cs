using System.Globalization;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>How far a stage is.</summary>
/// <param name="Open">Clusters that nobody has taken.</param>
/// <param name="Working">Clusters that a worker has and is not late with.</param>
/// <param name="Abandoned">Clusters whose worker has not been heard of; the next to ask gets them.</param>
public sealed record StageProgress(long Open, long Working, long Abandoned, long Done, long Failed);

/// <summary>
/// Which worker has which cluster. A worker says now and then that it lives; one that falls silent loses its cluster to the
/// next that asks. Two never have the same cluster.
/// </summary>
public sealed class ClaimTable
{
    /// <summary>After so long without a sign of life a worker counts as dead.</summary>
    public static readonly TimeSpan DefaultLease = TimeSpan.FromMinutes(2);

    readonly CatalogueConnection _connection;
    readonly TimeProvider _time;
    readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    internal ClaimTable(CatalogueConnection connection, TimeProvider time) => (_connection, _time) = (connection, time);

    internal long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A name that no other worker has: machine, process, chance.</summary>
    public static string NewWorker() => string.Create(CultureInfo.InvariantCulture,
        $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");

    /// <summary>The next cluster with a subject that nobody has, or whose worker is silent; null if there is none now.</summary>
    /// <param name="stage">As in <c>experts</c>.</param>
    /// <param name="worker">Who asks: see <see cref="NewWorker"/>.</param>
    /// <param name="lease">See <see cref="DefaultLease"/>.</param>
    public ClusterClaim? Next(string stage, string worker, TimeSpan? lease = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(stage);
        ArgumentException.ThrowIfNullOrEmpty(worker);
        long length = (long)(lease ?? DefaultLease).TotalMilliseconds, after = _last.GetValueOrDefault(stage);
        return _connection.Transact(() =>
        {
            // From where the last one was: a stage of a million clusters does not look at those behind it each time.
            long? cluster = FirstFree(stage, after, length) ?? FirstFree(stage, 0, length);
            if (cluster is not { } id)
                return null;
            _connection.Execute("""
                INSERT INTO claims VALUES($stage, $cluster, $worker, $now, 0, 1, NULL) ON CONFLICT(stage, cluster)
                DO UPDATE SET worker = $worker, beat = $now, state = 0, attempts = attempts + 1, note = NULL
                """, ("$stage", stage), ("$cluster", id), ("$worker", worker), ("$now", Now));
            _last[stage] = id;
            return new ClusterClaim(this, stage, id, worker, length / 4);
        });
    }

    public StageProgress Progress(string stage, TimeSpan? lease = null)
    {
        long silent = Now - (long)(lease ?? DefaultLease).TotalMilliseconds;
        return _connection.Rows("""
            SELECT coalesce(sum(k.state IS NULL), 0), coalesce(sum(k.state = 0 AND k.beat >= $silent), 0),
                coalesce(sum(k.state = 0 AND k.beat < $silent), 0), coalesce(sum(k.state = 1), 0), coalesce(sum(k.state = 2), 0)
            FROM clusters c LEFT JOIN claims k ON k.stage = $stage AND k.cluster = c.id WHERE c.subject <> '' OR k.state IS NOT NULL
            """, row => new StageProgress(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            ("$stage", stage), ("$silent", silent))[0];
    }

    /// <summary>Why clusters failed, in the order of their numbers.</summary>
    public IReadOnlyList<(long Cluster, string Note)> Failures(string stage)
        => _connection.Rows("SELECT cluster, coalesce(note, '') FROM claims WHERE stage = $stage AND state = 2 ORDER BY cluster",
            row => (row.GetInt64(0), row.GetString(1)), ("$stage", stage));

    /// <summary>Gives failed clusters another try.</summary>
    /// <returns>How many.</returns>
    public int Retry(string stage) => _connection.Execute("DELETE FROM claims WHERE stage = $stage AND state = 2", ("$stage", stage));

    internal bool Update(ClusterClaim claim, int state, string? note)
        => _connection.Execute("""
            UPDATE claims SET beat = $now, state = $state, note = $note
            WHERE stage = $stage AND cluster = $cluster AND worker = $worker AND state = 0
            """, ("$stage", claim.Stage), ("$cluster", claim.Cluster), ("$worker", claim.Worker), ("$now", Now), ("$state", state),
            ("$note", note)) == 1;

    internal void Release(ClusterClaim claim)
        => _connection.Execute("DELETE FROM claims WHERE stage = $stage AND cluster = $cluster AND worker = $worker AND state = 0",
            ("$stage", claim.Stage), ("$cluster", claim.Cluster), ("$worker", claim.Worker));

    long? FirstFree(string stage, long after, long lease) => _connection.Scalar("""
        SELECT c.id FROM clusters c LEFT JOIN claims k ON k.stage = $stage AND k.cluster = c.id
        WHERE c.id > $after AND c.subject <> '' AND (k.state IS NULL OR (k.state = 0 AND k.beat < $silent)) ORDER BY c.id LIMIT 1
        """, ("$stage", stage), ("$after", after), ("$silent", Now - lease)) as long?;
}
