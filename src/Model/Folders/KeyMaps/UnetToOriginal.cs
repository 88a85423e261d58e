using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>The way back from <see cref="OriginalUnet"/>: diffusers' names to those of the original files.</summary>
public static class UnetToOriginal
{
    static readonly (string Old, string New)[] s_outer = NamePattern.Reversed(OriginalUnet.Outer);
    static readonly (string Old, string New)[] s_residual = NamePattern.Reversed(OriginalUnet.Residual);

    // Within the attention of IF, whose projections are convolutions over rows of pixels.
    static readonly (string Old, string New)[] s_attention =
    [
        ("group_norm.", "norm."), ("norm_cross.", "norm_encoder."), ("to_out.0.", "proj_out."), ("to_q.", "qkv."),
        ("qkv.", "qkv."), ("encoder_kv.", "encoder_kv."),
    ];

    /// <param name="source">In diffusers' names.</param>
    /// <param name="prefix">Of the new names: <c>model.diffusion_model.</c>, or nothing.</param>
    /// <param name="headWidth">Of IF's attention, as in <see cref="OriginalUnet.Plan"/>.</param>
    /// <exception cref="SutiException">Names that have no place in the original; all of them are listed.</exception>
    public static IWeightSource View(IWeightSource source, string prefix = "", int headWidth = 64)
    {
        ArgumentNullException.ThrowIfNull(source);
        var joined = JoinedWeights.Of(source, Joins(source, headWidth));
        var file = new PlanBuilder(joined, "");
        var places = new Places(file.Names);
        foreach (string name in file.Names)
        {
            if (NamePattern.Replaced(name, s_outer) is { } outer)
                file.Whole(prefix + outer, name);
            else if (!Block(file, places, name, prefix))
                file.Unknown(name);
        }
        return WeightView.Of(joined, file.Finish("a U-Net of diffusers"));
    }

    static IEnumerable<JoinPlan> Joins(IWeightSource source, int headWidth)
    {
        const string Key = ".add_k_proj.";
        foreach (string name in source.Entries.Select(entry => entry.Name))
        {
            int at = name.IndexOf(Key, StringComparison.Ordinal);
            if (at < 0)
                continue;
            string head = name[..(at + 1)], leaf = name[(at + Key.Length)..];
            yield return new($"{head}encoder_kv.{leaf}", [name, $"{head}add_v_proj.{leaf}"], headWidth);
            // Where pixels do not read each other, there are queries alone.
            if (source.Find($"{head}to_k.{leaf}") is not null)
                yield return new($"{head}qkv.{leaf}",
                    [$"{head}to_q.{leaf}", $"{head}to_k.{leaf}", $"{head}to_v.{leaf}"], headWidth);
        }
    }

    static bool Block(PlanBuilder file, Places places, string name, string prefix)
    {
        string[] parts = name.Split('.', 5);
        if (parts is ["mid_block", var kind, var number, ..])
        {
            string inside = string.Join('.', parts[3..]);
            return (kind, number) switch
            {
                ("resnets", "0") => Residual(file, prefix + "middle_block.0.", name, inside),
                ("resnets", "1") => Residual(file, prefix + "middle_block.2.", name, inside),
                ("attentions", "0") => Attention(file, prefix + "middle_block.1.", name, inside),
                _ => false,
            };
        }
        if (!NamePattern.TryNumbered(name, "down_blocks.", out int level, out string rest))
            return NamePattern.TryNumbered(name, "up_blocks.", out level, out rest)
                && Up(file, places, level, rest, name, prefix);
        if (NamePattern.TryNumbered(rest, "resnets.", out int layer, out string inner))
            return Residual(file, $"{prefix}input_blocks.{places.Down(level) + layer}.0.", name, inner);
        if (NamePattern.TryNumbered(rest, "attentions.", out layer, out inner))
            return Attention(file, $"{prefix}input_blocks.{places.Down(level) + layer}.1.", name, inner);
        return NamePattern.TryNumbered(rest, "downsamplers.", out layer, out inner) && layer == 0
            && Resized(file, $"{prefix}input_blocks.{places.Down(level + 1) - 1}.0.", "op.", name, inner);
    }

    static bool Up(PlanBuilder file, Places places, int level, string rest, string name, string prefix)
    {
        if (NamePattern.TryNumbered(rest, "resnets.", out int layer, out string inner))
            return Residual(file, $"{prefix}output_blocks.{places.Up(level) + layer}.0.", name, inner);
        if (NamePattern.TryNumbered(rest, "attentions.", out layer, out inner))
            return Attention(file, $"{prefix}output_blocks.{places.Up(level) + layer}.1.", name, inner);
        if (!NamePattern.TryNumbered(rest, "upsamplers.", out layer, out inner) || layer != 0)
            return false;
        // Behind the last block's attention, if it has any.
        bool hasAttention = file.Names.Any(other => other.StartsWith($"up_blocks.{level}.attentions.",
            StringComparison.Ordinal));
        return Resized(file, $"{prefix}output_blocks.{places.Up(level + 1) - 1}.{(hasAttention ? 2 : 1)}.", "conv.",
            name, inner);
    }

    static bool Residual(PlanBuilder file, string to, string name, string rest)
    {
        if (NamePattern.Replaced(rest, s_residual) is not { } inner)
            return false;
        file.Whole(to + inner, name);
        return true;
    }

    static bool Resized(PlanBuilder file, string to, string convolution, string name, string rest)
    {
        const string Convolution = "conv.";
        if (!rest.StartsWith(Convolution, StringComparison.Ordinal))
            return Residual(file, to, name, rest);
        file.Whole(to + convolution + rest[Convolution.Length..], name);
        return true;
    }

    static bool Attention(PlanBuilder file, string to, string name, string rest)
    {
        if (NamePattern.Replaced(rest, s_attention) is { } joint)
        {
            file.Convolution(to + joint, name, axes: 1);
            return true;
        }
        bool isTransformer = rest.StartsWith("norm.", StringComparison.Ordinal)
            || rest.StartsWith("proj_", StringComparison.Ordinal)
            || rest.StartsWith("transformer_blocks.", StringComparison.Ordinal);
        if (isTransformer)
            file.Whole(to + rest, name);
        return isTransformer;
    }

    /// <summary>The number of the first block of each level, in the order of the way down and of the way up.</summary>
    sealed class Places
    {
        readonly List<int> _down = [1], _up = [0];

        public Places(IReadOnlyList<string> names)
        {
            foreach (int layers in Layers(names, "down_blocks."))
                _down.Add(_down[^1] + layers + 1);
            foreach (int layers in Layers(names, "up_blocks."))
                _up.Add(_up[^1] + layers);
        }

        public int Down(int level) => _down[level];

        public int Up(int level) => _up[level];

        // Residual blocks of each level.
        static List<int> Layers(IReadOnlyList<string> names, string head)
        {
            var layers = new List<int>();
            foreach (string name in names)
            {
                if (!NamePattern.TryNumbered(name, head, out int level, out string rest))
                    continue;
                while (layers.Count <= level)
                    layers.Add(0);
                if (NamePattern.TryNumbered(rest, "resnets.", out int layer, out _))
                    layers[level] = Math.Max(layers[level], layer + 1);
            }
            return layers;
        }
    }
}
