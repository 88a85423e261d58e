using Microsoft.Data.Sqlite;
using SuTI.Engine;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>One prompt of a cluster.</summary>
/// <param name="Id">In the catalogue.</param>
/// <param name="Cluster">Whose subject it is about.</param>
/// <param name="Kind">What it asks for: context, attribute, style, accessory, view, own.</param>
/// <param name="Text">As a model is to read it.</param>
/// <param name="IsHeldOut">For evaluation alone: nothing is trained on its pictures.</param>
public sealed record ClusterPrompt(long Id, long Cluster, string Kind, string Text, bool IsHeldOut);

/// <summary>The prompts of a run.</summary>
public sealed class PromptTable
{
    readonly CatalogueConnection _connection;

    internal PromptTable(CatalogueConnection connection) => _connection = connection;

    public long Count => _connection.Number("SELECT count(*) FROM prompts");

    /// <summary>In the order they were added.</summary>
    /// <param name="heldOut">Those for training (false), those for evaluation (true), or all (null).</param>
    public IReadOnlyList<ClusterPrompt> Of(long cluster, bool? heldOut = null)
        => _connection.Rows("SELECT id, cluster, kind, text, held_out FROM prompts WHERE cluster = $id AND ($held IS NULL OR held_out = $held) ORDER BY id",
            Read, ("$id", cluster), ("$held", heldOut is { } held ? (held ? 1 : 0) : null));

    /// <summary>Null if there is none of this number.</summary>
    public ClusterPrompt? Find(long id)
        => _connection.Rows("SELECT id, cluster, kind, text, held_out FROM prompts WHERE id = $id", Read, ("$id", id)) is [var prompt] ? prompt : null;

    /// <summary>How many there are of each kind, those for training and those held out apart.</summary>
    public IReadOnlyList<(string Kind, bool IsHeldOut, long Count)> CountByKind()
        => _connection.Rows("SELECT kind, held_out, count(*) FROM prompts GROUP BY kind, held_out ORDER BY kind, held_out",
            row => (row.GetString(0), row.GetInt64(1) != 0, row.GetInt64(2)));

    /// <summary>False if the cluster has this text already.</summary>
    /// <exception cref="SutiException">The text is empty or too long.</exception>
    public bool Add(long cluster, string kind, string text, bool isHeldOut = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        const int longest = 1000;
        if (text.Length is 0 or > longest)
            throw new SutiException("prompts", "a prompt is a short text", $"1 to {longest} characters", $"{text.Length}");
        return _connection.Execute("INSERT OR IGNORE INTO prompts(cluster, kind, text, held_out) VALUES($cluster, $kind, $text, $held)",
            ("$cluster", cluster), ("$kind", kind), ("$text", text), ("$held", isHeldOut ? 1 : 0)) == 1;
    }

    static ClusterPrompt Read(SqliteDataReader row)
        => new(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt64(4) != 0);
}
