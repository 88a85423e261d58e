using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>
/// The way back from <see cref="OriginalVisionTransformer"/>: transformers' names to those of facebookresearch/dino.
/// </summary>
public static class VisionTransformerToOriginal
{
    const string Attention = "attention.attention.", Pooler = "pooler.";

    static readonly (string Old, string New)[] s_outer = NamePattern.Reversed(OriginalVisionTransformer.Outer);
    static readonly (string Old, string New)[] s_inLayer = NamePattern.Reversed(OriginalVisionTransformer.InLayer);

    /// <param name="source">In transformers' names. A pooler is left out: the original has none.</param>
    /// <exception cref="SutiException">Names that have no place in the original; all of them are listed.</exception>
    public static IWeightSource View(IWeightSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var joined = JoinedWeights.Of(source, Joins(source));
        var file = new PlanBuilder(joined, "");
        var notes = new List<string>();
        foreach (string name in file.Names)
        {
            if (name.StartsWith(Pooler, StringComparison.Ordinal))
                notes.Add($"left out {name}, which the original has no place for");
            else if (name is "embeddings.cls_token")
                file.Whole("cls_token", name);
            else if (name is "embeddings.position_embeddings")
                file.Whole("pos_embed", name);
            else if (NamePattern.Replaced(name, s_outer) is { } outer)
                file.Whole(outer, name);
            else if (NamePattern.TryNumbered(name, "encoder.layer.", out int layer, out string rest)
                && (rest.StartsWith("attn.qkv.", StringComparison.Ordinal) ? rest
                    : NamePattern.Replaced(rest, s_inLayer)) is { } inner)
                file.Whole($"blocks.{layer}.{inner}", name);
            else
                file.Unknown(name);
        }
        return WeightView.Of(joined, file.Finish("a vision transformer of transformers"), notes: notes);
    }

    static IEnumerable<JoinPlan> Joins(IWeightSource source)
    {
        const string Query = Attention + "query.";
        foreach (string name in source.Entries.Select(entry => entry.Name))
        {
            int at = name.IndexOf(Query, StringComparison.Ordinal);
            if (at < 0)
                continue;
            string head = name[..at], leaf = name[(at + Query.Length)..];
            yield return new($"{head}attn.qkv.{leaf}",
                [name, $"{head}{Attention}key.{leaf}", $"{head}{Attention}value.{leaf}"]);
        }
    }
}
