using System.Globalization;
using System.Text.RegularExpressions;

namespace SuTI.Model.Tests.Folders;

/// <summary>
/// The way back, written on its own: a U-Net of diffusers' names under the names, and with the fused projections, of
/// the original files.
/// </summary>
static partial class OriginalUnetNames
{
    static readonly (string New, string Old)[] s_renames =
    [
        ("time_embedding.linear_1", "time_embed.0"), ("time_embedding.linear_2", "time_embed.2"),
        ("class_embedding.linear_1", "aug_proj.0"), ("class_embedding.linear_2", "aug_proj.2"),
        ("encoder_hid_proj", "encoder_proj"), ("add_embedding.norm1", "encoder_pooling.0"),
        ("add_embedding.pool", "encoder_pooling.1"), ("add_embedding.proj", "encoder_pooling.2"),
        ("add_embedding.norm2", "encoder_pooling.3"), ("conv_in", "input_blocks.0.0"), ("conv_norm_out", "out.0"),
        ("conv_out", "out.2"), ("mid_block.resnets.0", "middle_block.0"), ("mid_block.attentions.0", "middle_block.1"),
        ("mid_block.resnets.1", "middle_block.2"),
    ];

    static readonly (string New, string Old)[] s_resnet =
    [
        (".norm1.", ".in_layers.0."), (".conv1.", ".in_layers.2."), (".time_emb_proj.", ".emb_layers.1."),
        (".norm2.", ".out_layers.0."), (".conv2.", ".out_layers.3."), (".conv_shortcut.", ".skip_connection."),
    ];

    /// <param name="layers">Of each level.</param>
    public static void Apply(StoredTensors tensors, int[] layers, int headWidth)
    {
        foreach (string name in tensors.Keys.ToList())
        {
            string old = Block(name, layers);
            foreach (var (now, was) in s_renames)
            {
                if (old.StartsWith(now + ".", StringComparison.Ordinal))
                {
                    old = was + old[now.Length..];
                    break;
                }
            }
            if (!old.Contains("transformer_blocks", StringComparison.Ordinal) && !old.StartsWith("encoder_pooling",
                StringComparison.Ordinal))
                old = s_resnet.Aggregate(old, (text, rule) => text.Replace(rule.New, rule.Old,
                    StringComparison.Ordinal));
            if (old != name)
                tensors.Move(name, old);
        }
        foreach (string query in tensors.Keys.Where(key => key.EndsWith(".to_q.weight", StringComparison.Ordinal)
            && !key.Contains("transformer_blocks", StringComparison.Ordinal)).ToList())
        {
            Attention(tensors, query[..^"to_q.weight".Length], headWidth);
        }
    }

    static void Attention(StoredTensors tensors, string at, int headWidth)
    {
        foreach (string leaf in new[] { "weight", "bias" })
        {
            if (tensors.ContainsKey($"{at}to_k.{leaf}"))
                tensors.Fuse($"{at}qkv.{leaf}", headWidth, true, $"{at}to_q.{leaf}", $"{at}to_k.{leaf}",
                    $"{at}to_v.{leaf}");
            else
                tensors.Fuse($"{at}qkv.{leaf}", headWidth, true, $"{at}to_q.{leaf}");
            tensors.Fuse($"{at}encoder_kv.{leaf}", headWidth, true, $"{at}add_k_proj.{leaf}", $"{at}add_v_proj.{leaf}");
            tensors.Move($"{at}group_norm.{leaf}", $"{at}norm.{leaf}");
            if (tensors.ContainsKey($"{at}norm_cross.{leaf}"))
                tensors.Move($"{at}norm_cross.{leaf}", $"{at}norm_encoder.{leaf}");
            long[] shape = tensors[$"{at}to_out.0.{leaf}"].Shape;
            tensors.Move($"{at}to_out.0.{leaf}", $"{at}proj_out.{leaf}", shape.Length == 2 ? [.. shape, 1] : shape);
        }
    }

    static string Block(string name, int[] layers)
    {
        var match = Numbered().Match(name);
        if (!match.Success)
            return name;
        bool isDown = match.Groups[1].Value == "down";
        int level = Number(match.Groups[2]), layer = Number(match.Groups[4]);
        string rest = match.Groups[5].Value;
        int[] counts = isDown ? layers : [.. layers.Reverse()];
        int before = counts.Take(level).Sum(count => count + 1);
        return (isDown, match.Groups[3].Value) switch
        {
            (true, "resnets") => $"input_blocks.{before + 1 + layer}.0.{rest}",
            (true, "attentions") => $"input_blocks.{before + 1 + layer}.1.{rest}",
            (true, _) => $"input_blocks.{before + counts[level] + 1}.0.{Resized(rest, "op.")}",
            (false, "resnets") => $"output_blocks.{before + layer}.0.{rest}",
            (false, "attentions") => $"output_blocks.{before + layer}.1.{rest}",
            (false, _) => $"output_blocks.{before + counts[level]}.UP.{Resized(rest, "conv.")}",
        };
    }

    /// <summary>The place of the enlarging block depends on whether attention stands before it.</summary>
    public static void PlaceUpsamplers(StoredTensors tensors)
    {
        foreach (string name in tensors.Keys.Where(key => key.Contains(".UP.", StringComparison.Ordinal)).ToList())
        {
            string block = name[..name.IndexOf(".UP.", StringComparison.Ordinal)];
            bool hasAttention = tensors.Keys.Any(key => key.StartsWith(block + ".1.", StringComparison.Ordinal)
                && (key.Contains(".norm.", StringComparison.Ordinal) || key.Contains("transformer_blocks",
                    StringComparison.Ordinal)));
            tensors.Move(name, name.Replace(".UP.", hasAttention ? ".2." : ".1.", StringComparison.Ordinal));
        }
    }

    static string Resized(string rest, string convolution)
        => rest.StartsWith("conv.", StringComparison.Ordinal) ? convolution + rest["conv.".Length..] : rest;

    static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)$")]
    private static partial Regex Numbered();
}
