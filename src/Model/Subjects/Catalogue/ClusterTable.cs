using Microsoft.Data.Sqlite;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>The clusters of a run and their images.</summary>
public sealed class ClusterTable
{
    const int Page = 256;
    const string Columns = "SELECT id, url, subject, noun, similarity FROM clusters ";

    readonly CatalogueConnection _connection;

    internal ClusterTable(CatalogueConnection connection) => _connection = connection;

    public long Count => _connection.Number("SELECT count(*) FROM clusters");

    /// <summary>Clusters that no text says the subject of; no stage takes them until one is given.</summary>
    public long CountWithoutSubject => _connection.Number("SELECT count(*) FROM clusters WHERE subject = ''");

    /// <summary>All clusters in the order of their numbers, read a few hundred at a time.</summary>
    public IEnumerable<Cluster> All()
    {
        for (long after = 0; ;)
        {
            var page = _connection.Rows(Columns + "WHERE id > $after ORDER BY id LIMIT $page", Read, ("$after", after), ("$page", Page));
            foreach (var cluster in page)
                yield return cluster with { Images = Images(cluster.Id) };
            if (page.Count < Page)
                yield break;
            after = page[^1].Id;
        }
    }

    /// <summary>Null if there is none of this number.</summary>
    public Cluster? Find(long id)
        => _connection.Rows(Columns + "WHERE id = $id", Read, ("$id", id)) is [var cluster] ? cluster with { Images = Images(id) } : null;

    /// <summary>Null if no cluster is of this page.</summary>
    public Cluster? Find(string url)
        => _connection.Rows(Columns + "WHERE url = $url", Read, ("$url", url)) is [var cluster]
            ? cluster with { Images = Images(cluster.Id) } : null;

    /// <summary>Says what the subject of a cluster is.</summary>
    public void Describe(long id, string subject, string noun)
        => _connection.Execute("UPDATE clusters SET subject = $subject, noun = $noun WHERE id = $id", ("$id", id), ("$subject", subject), ("$noun", noun));

    /// <summary>Adds a cluster with its images, under the number it has.</summary>
    public void Add(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _connection.Transact(() =>
        {
            _connection.Execute("INSERT INTO clusters VALUES($id, $url, $subject, $noun, $similarity)", ("$id", cluster.Id), ("$url", cluster.Url),
                ("$subject", cluster.Subject), ("$noun", cluster.Noun), ("$similarity", cluster.Similarity));
            for (int i = 0; i < cluster.Images.Count; i++)
            {
                var image = cluster.Images[i];
                _connection.Execute("""
                    INSERT INTO images(cluster, position, path, file, pixels, text, source)
                    VALUES($cluster, $position, $path, $file, $pixels, $text, $source)
                    """, ("$cluster", cluster.Id), ("$position", i), ("$path", image.Path), ("$file", image.FileDigest),
                    ("$pixels", image.PixelDigest), ("$text", image.Text), ("$source", image.Source));
            }
            return 0;
        });
    }

    List<ClusterImage> Images(long cluster)
        => _connection.Rows("SELECT path, file, pixels, text, source FROM images WHERE cluster = $id ORDER BY position",
            row => new ClusterImage(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)), ("$id", cluster));

    static Cluster Read(SqliteDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetDouble(4), []);
}
