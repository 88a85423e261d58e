namespace SuTI.Model.Subjects.Catalogue;

/// <summary>The weights of a cluster's expert.</summary>
/// <param name="Path">Relative to the run's folder; empty where they were not kept.</param>
/// <param name="FileDigest">SHA-256 of the file; empty where it was not kept.</param>
/// <param name="Details">How it was trained, as JSON.</param>
public sealed record Expert(long Cluster, string Path, string FileDigest, string Details);

/// <summary>The experts of a run.</summary>
public sealed class ExpertTable
{
    readonly CatalogueConnection _connection;

    internal ExpertTable(CatalogueConnection connection) => _connection = connection;

    public long Count => _connection.Number("SELECT count(*) FROM experts");

    /// <summary>Null if the cluster has none.</summary>
    public Expert? Find(long cluster)
        => _connection.Rows("SELECT cluster, path, file, details FROM experts WHERE cluster = $id",
            row => new Expert(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3)), ("$id", cluster)) is [var expert] ? expert : null;

    /// <summary>Notes an expert, in the place of an earlier one of its cluster.</summary>
    public void Put(Expert expert)
    {
        ArgumentNullException.ThrowIfNull(expert);
        _connection.Execute("INSERT OR REPLACE INTO experts VALUES($cluster, $path, $file, $details)", ("$cluster", expert.Cluster),
            ("$path", expert.Path), ("$file", expert.FileDigest), ("$details", expert.Details));
    }
}
