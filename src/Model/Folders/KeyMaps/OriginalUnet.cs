using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>
/// The U-Nets of the original Stable Diffusion and DeepFloyd IF files, under the names of diffusers'
/// UNet2DConditionModel.
/// </summary>
/// <remarks>Source: the conversion scripts that diffusers publishes for both.</remarks>
public static class OriginalUnet
{
    internal static readonly (string Old, string New)[] Outer =
    [
        ("time_embed.0.", "time_embedding.linear_1."), ("time_embed.2.", "time_embedding.linear_2."),
        ("label_emb.0.0.", "add_embedding.linear_1."), ("label_emb.0.2.", "add_embedding.linear_2."),
        ("aug_proj.0.", "class_embedding.linear_1."), ("aug_proj.2.", "class_embedding.linear_2."),
        ("encoder_proj.", "encoder_hid_proj."), ("encoder_pooling.0.", "add_embedding.norm1."),
        ("encoder_pooling.1.", "add_embedding.pool."), ("encoder_pooling.2.", "add_embedding.proj."),
        ("encoder_pooling.3.", "add_embedding.norm2."), ("input_blocks.0.0.", "conv_in."), ("out.0.", "conv_norm_out."),
        ("out.2.", "conv_out."),
    ];

    internal static readonly (string Old, string New)[] Residual =
    [
        ("in_layers.0.", "norm1."), ("in_layers.2.", "conv1."), ("emb_layers.1.", "time_emb_proj."),
        ("out_layers.0.", "norm2."), ("out_layers.3.", "conv2."), ("skip_connection.", "conv_shortcut."),
    ];

    /// <param name="prefix">Of the U-Net's names: <c>model.diffusion_model.</c>, or nothing.</param>
    /// <param name="headWidth">Of IF's attention, whose queries, keys and values alternate head by head.</param>
    /// <param name="layers">Residual blocks of each level; null to tell by the shapes.</param>
    /// <exception cref="SutiException">Names that are not known, or blocks that make up no such network.</exception>
    public static IReadOnlyList<TensorPlan> Plan(IWeightSource source, string prefix = "", int headWidth = 64,
        IReadOnlyList<int>? layers = null)
    {
        var file = new PlanBuilder(source, prefix);
        var blocks = new UnetBlocksOfFile(file, layers);
        foreach (string name in file.Names)
        {
            if (NamePattern.Replaced(name, Outer) is { } outer)
                file.Whole(outer, name);
            else if (!Block(file, blocks, name, headWidth))
                file.Unknown(name);
        }
        return file.Finish("an original U-Net");
    }

    static bool Block(PlanBuilder file, UnetBlocksOfFile blocks, string name, int headWidth)
    {
        if (NamePattern.TryNumbered(name, "middle_block.", out int part, out string rest))
        {
            return part switch
            {
                0 => Resnet(file, "mid_block.resnets.0.", name, rest),
                1 => Attention(file, "mid_block.attentions.0.", "middle_block.1.", name, rest, headWidth),
                2 => Resnet(file, "mid_block.resnets.1.", name, rest),
                _ => false,
            };
        }
        if (NamePattern.TryNumbered(name, "input_blocks.", out int down, out string inner)
            && NamePattern.TryNumbered(inner, "", out part, out rest) && blocks.Down(down) is var (level, layer,
                shrinks))
        {
            string to = $"down_blocks.{level}.";
            if (shrinks)
                return part == 0 && Resized(file, $"{to}downsamplers.0.", "op.", name, rest);
            return part == 0 ? Resnet(file, $"{to}resnets.{layer}.", name, rest)
                : part == 1 && Attention(file, $"{to}attentions.{layer}.", $"input_blocks.{down}.1.", name, rest,
                    headWidth);
        }
        if (NamePattern.TryNumbered(name, "output_blocks.", out int up, out inner)
            && NamePattern.TryNumbered(inner, "", out part, out rest) && blocks.Up(up) is var (upLevel, upLayer))
        {
            string to = $"up_blocks.{upLevel}.";
            if (part == 0)
                return Resnet(file, $"{to}resnets.{upLayer}.", name, rest);
            return part is 1 or 2 && (Resized(file, $"{to}upsamplers.0.", "conv.", name, rest) || (part == 1
                && Attention(file, $"{to}attentions.{upLayer}.", $"output_blocks.{up}.1.", name, rest, headWidth)));
        }
        return false;
    }

    static bool Resnet(PlanBuilder file, string to, string name, string rest)
    {
        if (NamePattern.Replaced(rest, Residual) is not { } inner)
            return false;
        file.Whole(to + inner, name);
        return true;
    }

    // By a convolution, or by a residual block.
    static bool Resized(PlanBuilder file, string to, string convolution, string name, string rest)
    {
        if (!rest.StartsWith(convolution, StringComparison.Ordinal))
            return Resnet(file, to, name, rest);
        file.Whole($"{to}conv.{rest[convolution.Length..]}", name);
        return true;
    }

    static bool Attention(PlanBuilder file, string to, string at, string name, string rest, int headWidth)
    {
        if (!file.Has(at + "qkv.weight"))
        {
            if (!rest.StartsWith("norm.", StringComparison.Ordinal) && !rest.StartsWith("proj_",
                StringComparison.Ordinal)
                && !rest.StartsWith("transformer_blocks.", StringComparison.Ordinal))
                return false;
            file.Whole(to + rest, name);
            return true;
        }
        (string part, string leaf) = rest.IndexOf('.', StringComparison.Ordinal) is var point and >= 0
            ? (rest[..point], rest[(point + 1)..]) : (rest, "");
        switch (part)
        {
            case "norm": file.Whole($"{to}group_norm.{leaf}", name); break;
            case "norm_encoder": file.Whole($"{to}norm_cross.{leaf}", name); break;
            case "proj_out": file.Matrix($"{to}to_out.0.{leaf}", name); break;
            case "encoder_kv":
                file.Interleaved(name, headWidth, $"{to}add_k_proj.{leaf}", $"{to}add_v_proj.{leaf}");
                break;
            // Where pixels do not read each other, there are queries alone.
            case "qkv" when file.Shape(name)[0] == file.Shape(at + "proj_out.weight")[1]:
                file.Matrix($"{to}to_q.{leaf}", name);
                break;
            case "qkv":
                file.Interleaved(name, headWidth, $"{to}to_q.{leaf}", $"{to}to_k.{leaf}", $"{to}to_v.{leaf}");
                break;
            default:
                return false;
        }
        return true;
    }
}
