using System.Runtime.InteropServices;
using SuTI.Engine;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>What an embedding is of.</summary>
public enum EmbeddingKind
{
    Image,
    Text,
}

/// <summary>Embeddings that were computed, by the digests of what they are of and of the model: nothing is computed twice.</summary>
public sealed class EmbeddingTable
{
    readonly CatalogueConnection _connection;

    internal EmbeddingTable(CatalogueConnection connection) => _connection = connection;

    public long Count => _connection.Number("SELECT count(*) FROM embeddings");

    /// <summary>Null if it was not computed.</summary>
    /// <param name="model">The model's digest.</param>
    /// <param name="key">The digest of the picture or of the text.</param>
    /// <exception cref="SutiException">What is kept is no vector of this width.</exception>
    public float[]? Find(string model, EmbeddingKind kind, string key, int width)
    {
        if (_connection.Scalar("""
            SELECT vector FROM embeddings e JOIN models m ON m.id = e.model WHERE m.digest = $model AND e.kind = $kind AND e.key = $key
            """, ("$model", model), ("$kind", (int)kind), ("$key", key)) is not byte[] bytes)
            return null;
        return bytes.Length == width * sizeof(float) ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new SutiException(CheckpointException.Printable(_connection.File, 1000), "an embedding has another width than its model",
                $"{width * sizeof(float)} bytes", $"{bytes.Length}");
    }

    /// <inheritdoc cref="Find"/>
    public void Put(string model, EmbeddingKind kind, string key, ReadOnlySpan<float> vector)
        => _connection.Execute("INSERT OR REPLACE INTO embeddings VALUES($model, $kind, $key, $vector)",
            ("$model", OutputTable.ModelNumber(_connection, model)), ("$kind", (int)kind), ("$key", key),
            ("$vector", MemoryMarshal.AsBytes(vector).ToArray()));

    /// <summary>Several at once.</summary>
    internal void Put(string model, EmbeddingKind kind, IReadOnlyList<string> keys, IReadOnlyList<float[]> vectors) => _connection.Transact(() =>
    {
        for (int i = 0; i < keys.Count; i++)
            Put(model, kind, keys[i], vectors[i]);
        return keys.Count;
    });
}
