using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>
/// The way back from <see cref="OriginalAutoencoder"/>: diffusers' names, in either spelling of the attention, to those
/// of the original files.
/// </summary>
public static class AutoencoderToOriginal
{
    static readonly (string Old, string New)[] s_middle = NamePattern.Reversed(OriginalAutoencoder.Middle);
    static readonly (string Old, string New)[] s_outer = NamePattern.Reversed(OriginalAutoencoder.Outer);

    /// <param name="source">In diffusers' names.</param>
    /// <param name="prefix">Of the new names: <c>first_stage_model.</c>, or nothing.</param>
    /// <exception cref="SutiException">Names that have no place in the original; all of them are listed.</exception>
    public static IWeightSource View(IWeightSource source, string prefix = "")
    {
        var modern = WeightView.Of(source, OriginalAutoencoder.PlanModern(source));
        var file = new PlanBuilder(modern, "");
        int levels = NamePattern.Count(file.Names, "decoder.up_blocks.");
        foreach (string name in file.Names)
        {
            bool isBetween = name.StartsWith("quant_conv.", StringComparison.Ordinal)
                || name.StartsWith("post_quant_conv.", StringComparison.Ordinal);
            string? target = isBetween ? name : Half(name, levels);
            if (target is null)
                file.Unknown(name);
            else if (name.Contains(".attentions.0.to_", StringComparison.Ordinal))
                file.Convolution(prefix + target, name, axes: 2);
            else
                file.Whole(prefix + target, name);
        }
        return WeightView.Of(modern, file.Finish("an autoencoder of diffusers"));
    }

    static string? Half(string name, int levels)
    {
        const string Middle = "mid_block.";
        int point = name.IndexOf('.', StringComparison.Ordinal) + 1;
        if (name[..point] is not ("encoder." or "decoder."))
            return null;
        string rest = name[point..];
        string? inner = rest.StartsWith(Middle, StringComparison.Ordinal)
            ? NamePattern.Replaced(rest[Middle.Length..], s_middle) is { } middle ? "mid." + middle : null
            : NamePattern.Replaced(rest, s_outer) ?? Level(rest, levels);
        return inner is null ? null
            : name[..point] + inner.Replace(".conv_shortcut.", ".nin_shortcut.", StringComparison.Ordinal);
    }

    static string? Level(string rest, int levels)
    {
        if (NamePattern.TryNumbered(rest, "down_blocks.", out int down, out string inner))
            return NamePattern.Replaced(inner, [("resnets.", Invariant($"down.{down}.block.")),
                ("downsamplers.0.conv.", Invariant($"down.{down}.downsample.conv."))]);
        return NamePattern.TryNumbered(rest, "up_blocks.", out int up, out inner) && up < levels
            ? NamePattern.Replaced(inner, [("resnets.", Invariant($"up.{levels - 1 - up}.block.")),
                ("upsamplers.0.conv.", Invariant($"up.{levels - 1 - up}.upsample.conv."))]) : null;
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
