using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>
/// CLIP in the files of OpenAI and OpenCLIP, under the names of transformers' CLIPModel: fused projections are divided,
/// matrices that the original multiplies from the right are transposed.
/// </summary>
/// <remarks>Source: openai/CLIP, model.py, and the conversion scripts of transformers.</remarks>
public static class OriginalClip
{
    internal static readonly (string Old, string New)[] InLayer =
    [
        ("ln_1.", "layer_norm1."), ("ln_2.", "layer_norm2."), ("mlp.c_fc.", "mlp.fc1."), ("mlp.c_proj.", "mlp.fc2."),
        ("attn.out_proj.", "self_attn.out_proj."),
    ];

    // Numbers that the files of OpenAI keep beside the weights, and the mask, which follows from its size.
    static readonly string[] s_constants = ["input_resolution", "context_length", "vocab_size", "attn_mask"];

    /// <summary>The whole model.</summary>
    /// <exception cref="SutiException">
    /// Names that are not known, such as those of a convolutional vision tower.
    /// </exception>
    public static IReadOnlyList<TensorPlan> Plan(IWeightSource source, string prefix = "")
    {
        var file = new PlanBuilder(source, prefix);
        foreach (string name in file.Names)
        {
            if (s_constants.Contains(name))
                continue;
            bool isVision = name.StartsWith("visual.", StringComparison.Ordinal);
            if (!(isVision ? Vision(file, name) : Text(file, name, int.MaxValue, withProjection: true)))
                file.Unknown(name);
        }
        return file.Finish("an original CLIP");
    }

    /// <summary>The text tower alone, as Stable Diffusion 2 keeps it.</summary>
    /// <param name="prefix">Of its names: <c>cond_stage_model.model.</c>.</param>
    /// <param name="dropLayers">
    /// Last layers to leave out: the model was trained on the output of the one before.
    /// </param>
    /// <param name="withProjection">Whether the projection is kept.</param>
    /// <exception cref="SutiException">Names that are not known.</exception>
    public static IReadOnlyList<TensorPlan> PlanText(IWeightSource source, string prefix = "", int dropLayers = 0,
        bool withProjection = false)
    {
        var file = new PlanBuilder(source, prefix);
        int layers = NamePattern.Count(file.Names, "transformer.resblocks.") - dropLayers;
        foreach (string name in file.Names)
        {
            if (s_constants.Contains(name) || name == "logit_scale" || name.StartsWith("visual.",
                StringComparison.Ordinal)
                || (name == "text_projection" && !withProjection))
                continue;
            if (!Text(file, name, layers, withProjection))
                file.Unknown(name);
        }
        return file.Finish("an original CLIP text tower");
    }

    static bool Vision(PlanBuilder file, string name)
    {
        const string Tower = "vision_model.";
        switch (name)
        {
            case "visual.class_embedding": file.Whole(Tower + "embeddings.class_embedding", name); return true;
            case "visual.positional_embedding":
                file.Whole(Tower + "embeddings.position_embedding.weight",
                name); return true;
            case "visual.conv1.weight": file.Whole(Tower + "embeddings.patch_embedding.weight", name); return true;
            case "visual.proj": file.Transposed("visual_projection.weight", name); return true;
        }
        if (NamePattern.Replaced(name, [("visual.ln_pre.", Tower + "pre_layrnorm."),
            ("visual.ln_post.", Tower + "post_layernorm.")]) is { } norm)
        {
            file.Whole(norm, name);
            return true;
        }
        return NamePattern.TryNumbered(name, "visual.transformer.resblocks.", out int layer, out string rest)
            && Layer(file, $"{Tower}encoder.layers.{layer}.", name, rest);
    }

    static bool Text(PlanBuilder file, string name, int layers, bool withProjection)
    {
        const string Tower = "text_model.";
        switch (name)
        {
            case "token_embedding.weight": file.Whole(Tower + "embeddings.token_embedding.weight", name); return true;
            case "positional_embedding": file.Whole(Tower + "embeddings.position_embedding.weight", name); return true;
            case "text_projection" when withProjection: file.Transposed("text_projection.weight", name); return true;
            case "logit_scale": file.Whole(name, name); return true;
        }
        if (NamePattern.Replaced(name, [("ln_final.", Tower + "final_layer_norm.")]) is { } norm)
        {
            file.Whole(norm, name);
            return true;
        }
        return NamePattern.TryNumbered(name, "transformer.resblocks.", out int layer, out string rest)
            && (layer >= layers || Layer(file, $"{Tower}encoder.layers.{layer}.", name, rest));
    }

    static bool Layer(PlanBuilder file, string to, string name, string rest)
    {
        if (rest is "attn.in_proj_weight" or "attn.in_proj_bias")
        {
            string leaf = rest["attn.in_proj_".Length..];
            file.Split(name, $"{to}self_attn.q_proj.{leaf}", $"{to}self_attn.k_proj.{leaf}",
                $"{to}self_attn.v_proj.{leaf}");
            return true;
        }
        if (NamePattern.Replaced(rest, InLayer) is not { } inner)
            return false;
        file.Whole(to + inner, name);
        return true;
    }
}
