using System.Security.Cryptography;
using System.Text;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Evaluation;

/// <summary>Embeds what a run's catalogue does not hold yet; the rest is read from there.</summary>
/// <param name="table">Where vectors are kept, by the digests of the model and of what they are of.</param>
/// <param name="images">The model of pictures.</param>
/// <param name="texts">The model of texts; null where none are asked for.</param>
public sealed class EmbeddingCache(EmbeddingTable table, IImageEmbedder images, ITextEmbedder? texts = null)
{
    /// <summary>How many vectors were computed, not read.</summary>
    public long Computed { get; private set; }

    /// <summary>The digest of the model of pictures.</summary>
    public string Digest => images.Digest;

    /// <inheritdoc cref="IImageEmbedder.Prepare"/>
    public Image Prepare(Image image) => images.Prepare(image);

    /// <summary>One vector for each picture.</summary>
    /// <param name="wanted">
    /// Pixel digests, and the pictures as <see cref="Prepare"/> gives them, which only those that are not known yet are asked for.
    /// </param>
    public float[][] Images(IReadOnlyList<(string PixelDigest, Func<Image> Prepared)> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Get(wanted, EmbeddingKind.Image, images.Digest, images.Width,
            missing => images.EmbedPrepared([.. missing.Select(picture => picture())]));
    }

    /// <summary>One vector for each text.</summary>
    public float[][] Texts(IReadOnlyList<string> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var embedder = texts ?? throw new InvalidOperationException("This cache has no model of texts.");
        return Get([.. wanted.Select(text => (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), text))], EmbeddingKind.Text,
            embedder.Digest, embedder.Width, embedder.EmbedTexts);
    }

    float[][] Get<T>(IReadOnlyList<(string Key, T Item)> wanted, EmbeddingKind kind, string model, int width, Func<IReadOnlyList<T>, float[][]> embed)
    {
        var known = new Dictionary<string, float[]>(StringComparer.Ordinal);
        var missing = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (key, item) in wanted)
        {
            if (known.ContainsKey(key) || missing.ContainsKey(key))
                continue;
            if (table.Find(model, kind, key, width) is { } vector)
                known.Add(key, vector);
            else
                missing.Add(key, item);
        }
        if (missing.Count > 0)
        {
            string[] keys = [.. missing.Keys];
            float[][] vectors = embed([.. keys.Select(key => missing[key])]);
            table.Put(model, kind, keys, vectors);
            for (int i = 0; i < keys.Length; i++)
                known.Add(keys[i], vectors[i]);
            Computed += keys.Length;
        }
        return [.. wanted.Select(item => known[item.Key])];
    }
}
