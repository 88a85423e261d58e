using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>
/// The way back from <see cref="OriginalClip"/>: transformers' names to those of OpenAI and OpenCLIP, with projections
/// fused and matrices transposed again.
/// </summary>
public static class ClipToOriginal
{
    static readonly (string Old, string New)[] s_inLayer = NamePattern.Reversed(OriginalClip.InLayer);

    static readonly (string Old, string New)[] s_whole =
    [
        ("text_model.embeddings.token_embedding.", "token_embedding."),
        ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
        ("text_model.final_layer_norm.", "ln_final."), ("logit_scale", "logit_scale"),
        ("vision_model.embeddings.class_embedding", "visual.class_embedding"),
        ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
        ("vision_model.embeddings.patch_embedding.", "visual.conv1."),
        ("vision_model.pre_layrnorm.", "visual.ln_pre."), ("vision_model.post_layernorm.", "visual.ln_post."),
    ];

    static readonly (string Old, string New)[] s_transposed =
        [("text_projection.weight", "text_projection"), ("visual_projection.weight", "visual.proj")];

    /// <param name="source">A whole CLIP or one of its towers, in transformers' names.</param>
    /// <param name="prefix">Of the new names: <c>cond_stage_model.model.</c>, or nothing.</param>
    /// <exception cref="SutiException">Names that have no place in the original; all of them are listed.</exception>
    public static IWeightSource View(IWeightSource source, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(source);
        var joined = JoinedWeights.Of(source, Joins(source));
        var file = new PlanBuilder(joined, "");
        foreach (string name in file.Names)
        {
            // Numbers that follow from the size.
            if (name.EndsWith(".position_ids", StringComparison.Ordinal))
                continue;
            if (NamePattern.Replaced(name, s_whole) is { } whole)
                file.Whole(prefix + whole, name);
            else if (NamePattern.Replaced(name, s_transposed) is { } transposed)
                file.Transposed(prefix + transposed, name);
            else if (Layer(name) is { } target)
                file.Whole(prefix + target, name);
            else
                file.Unknown(name);
        }
        return WeightView.Of(joined, file.Finish("a CLIP of transformers"));
    }

    static IEnumerable<JoinPlan> Joins(IWeightSource source)
    {
        const string Query = ".self_attn.q_proj.";
        foreach (string name in source.Entries.Select(entry => entry.Name))
        {
            int at = name.IndexOf(Query, StringComparison.Ordinal);
            if (at < 0)
                continue;
            string head = name[..(at + ".self_attn.".Length)], leaf = name[(at + Query.Length)..];
            yield return new($"{head}in_proj_{leaf}", [name, $"{head}k_proj.{leaf}", $"{head}v_proj.{leaf}"]);
        }
    }

    static string? Layer(string name)
    {
        const string Fused = "self_attn.in_proj_";
        string tower = "";
        if (NamePattern.TryNumbered(name, "vision_model.encoder.layers.", out int layer, out string rest))
            tower = "visual.";
        else if (!NamePattern.TryNumbered(name, "text_model.encoder.layers.", out layer, out rest))
            return null;
        string? inner = rest.StartsWith(Fused, StringComparison.Ordinal) ? "attn.in_proj_" + rest[Fused.Length..]
            : NamePattern.Replaced(rest, s_inLayer);
        return inner is null ? null : $"{tower}transformer.resblocks.{layer}.{inner}";
    }
}
