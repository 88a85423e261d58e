using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>The vision transformer of the original DINO files, under the names of transformers' ViTModel.</summary>
/// <remarks>Source: facebookresearch/dino, vision_transformer.py, and the conversion script of transformers.</remarks>
public static class OriginalVisionTransformer
{
    internal static readonly (string Old, string New)[] Outer =
    [
        ("patch_embed.proj.", "embeddings.patch_embeddings.projection."), ("norm.", "layernorm."),
    ];

    internal static readonly (string Old, string New)[] InLayer =
    [
        ("norm1.", "layernorm_before."), ("norm2.", "layernorm_after."), ("attn.proj.", "attention.output.dense."),
        ("mlp.fc1.", "intermediate.dense."), ("mlp.fc2.", "output.dense."),
    ];

    /// <param name="prefix">
    /// Of the names: training checkpoints have <c>module.</c> and <c>backbone.</c> before them.
    /// </param>
    /// <exception cref="SutiException">Names that are not known.</exception>
    public static IReadOnlyList<TensorPlan> Plan(IWeightSource source, string prefix = "")
    {
        var file = new PlanBuilder(source, prefix);
        foreach (string name in file.Names)
        {
            // The projection that only training uses.
            if (name.StartsWith("head.", StringComparison.Ordinal))
                continue;
            if (name is "cls_token")
                file.Whole("embeddings.cls_token", name);
            else if (name is "pos_embed")
                file.Whole("embeddings.position_embeddings", name);
            else if (NamePattern.Replaced(name, Outer) is { } outer)
                file.Whole(outer, name);
            else if (!NamePattern.TryNumbered(name, "blocks.", out int layer, out string rest)
                || !Layer(file, layer, name, rest))
                file.Unknown(name);
        }
        return file.Finish("an original vision transformer");
    }

    static bool Layer(PlanBuilder file, int layer, string name, string rest)
    {
        string to = $"encoder.layer.{layer}.";
        if (rest is "attn.qkv.weight" or "attn.qkv.bias")
        {
            string leaf = rest["attn.qkv.".Length..], at = to + "attention.attention.";
            file.Split(name, $"{at}query.{leaf}", $"{at}key.{leaf}", $"{at}value.{leaf}");
            return true;
        }
        if (NamePattern.Replaced(rest, InLayer) is not { } inner)
            return false;
        file.Whole(to + inner, name);
        return true;
    }
}
