using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>
/// The autoencoder of the original Stable Diffusion files, under the names of diffusers' AutoencoderKL.
/// </summary>
/// <remarks>
/// Source: the conversion script that diffusers publishes. The decoder's levels are numbered the other way.
/// </remarks>
public static class OriginalAutoencoder
{
    internal static readonly (string Old, string New)[] Middle =
    [
        ("block_1.", "resnets.0."), ("block_2.", "resnets.1."), ("attn_1.norm.", "attentions.0.group_norm."),
        ("attn_1.q.", "attentions.0.to_q."), ("attn_1.k.", "attentions.0.to_k."), ("attn_1.v.", "attentions.0.to_v."),
        ("attn_1.proj_out.", "attentions.0.to_out.0."),
    ];

    internal static readonly (string Old, string New)[] Outer =
        [("conv_in.", "conv_in."), ("conv_out.", "conv_out."), ("norm_out.", "conv_norm_out.")];

    /// <summary>Names of diffusers before 0.18, within <c>mid_block.attentions.0</c>.</summary>
    static readonly (string Old, string New)[] s_oldAttention =
        [("query.", "to_q."), ("key.", "to_k."), ("value.", "to_v."), ("proj_attn.", "to_out.0.")];

    /// <param name="prefix">Of the autoencoder's names: <c>first_stage_model.</c>, or nothing.</param>
    /// <exception cref="SutiException">Names that are not known.</exception>
    public static IReadOnlyList<TensorPlan> Plan(IWeightSource source, string prefix = "")
    {
        var file = new PlanBuilder(source, prefix);
        int levels = NamePattern.Count(file.Names, "decoder.up.");
        foreach (string name in file.Names)
        {
            // The discriminator and the averages of training.
            if (name.StartsWith("loss.", StringComparison.Ordinal) || name.StartsWith("model_ema.",
                StringComparison.Ordinal))
                continue;
            if (name.StartsWith("quant_conv.", StringComparison.Ordinal)
                || name.StartsWith("post_quant_conv.", StringComparison.Ordinal))
                file.Whole(name, name);
            else if (Half(name, levels) is { } target)
                Add(file, target, name);
            else
                file.Unknown(name);
        }
        return file.Finish("an original autoencoder");
    }

    /// <summary>
    /// An autoencoder in diffusers' layout, with either spelling of its attention, whose 1 × 1 convolutions become
    /// matrices.
    /// </summary>
    public static IReadOnlyList<TensorPlan> PlanModern(IWeightSource source, string prefix = "")
    {
        var file = new PlanBuilder(source, prefix);
        foreach (string name in file.Names)
        {
            int at = name.LastIndexOf(".attentions.0.", StringComparison.Ordinal);
            int rest = at < 0 ? 0 : at + ".attentions.0.".Length;
            string target = at < 0 ? name
                : name[..rest] + (NamePattern.Replaced(name[rest..], s_oldAttention) ?? name[rest..]);
            Add(file, target, name);
        }
        return file.Finish("an autoencoder");
    }

    static void Add(PlanBuilder file, string target, string name)
    {
        if (target.Contains(".attentions.0.to_", StringComparison.Ordinal))
            file.Matrix(target, name);
        else
            file.Whole(target, name);
    }

    static string? Half(string name, int levels)
    {
        foreach (string half in (string[])["encoder.", "decoder."])
        {
            if (!name.StartsWith(half, StringComparison.Ordinal))
                continue;
            string rest = name[half.Length..];
            string? inner = rest.StartsWith("mid.", StringComparison.Ordinal)
                ? NamePattern.Replaced(rest[4..], Middle) is { } middle ? "mid_block." + middle : null
                : NamePattern.Replaced(rest, Outer) ?? Level(rest, levels);
            return inner is null ? null : half + inner.Replace(".nin_shortcut.", ".conv_shortcut.",
                StringComparison.Ordinal);
        }
        return null;
    }

    static string? Level(string rest, int levels)
    {
        if (NamePattern.TryNumbered(rest, "down.", out int down, out string inner))
        {
            return NamePattern.Replaced(inner, [("block.", Invariant($"down_blocks.{down}.resnets.")),
                ("downsample.conv.", Invariant($"down_blocks.{down}.downsamplers.0.conv."))]);
        }
        if (NamePattern.TryNumbered(rest, "up.", out int up, out inner) && up < levels)
        {
            return NamePattern.Replaced(inner, [("block.", Invariant($"up_blocks.{levels - 1 - up}.resnets.")),
                ("upsample.conv.", Invariant($"up_blocks.{levels - 1 - up}.upsamplers.0.conv."))]);
        }
        return null;
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
