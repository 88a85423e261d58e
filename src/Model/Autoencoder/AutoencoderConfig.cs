using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Transformers;
using SuTI.Model.Unet;

namespace SuTI.Model.Autoencoder;

/// <summary>The shape of a KL autoencoder.</summary>
/// <param name="Channels">Of each level, from the largest images to the smallest.</param>
/// <param name="Layers">Residual blocks of a level in the encoder; one more in the decoder.</param>
/// <param name="Scaling">What latents are multiplied with before a diffusion model sees them.</param>
public sealed record AutoencoderConfig(int InChannels, int OutChannels, IReadOnlyList<int> Channels, int Layers,
    int LatentChannels, int Groups, double Scaling)
{
    // Of a level; published networks have 2.
    const int MostLayers = 64, Largest = ConfigBounds.LargestWidth;
    const string DownBlock = "DownEncoderBlock2D", UpBlock = "UpDecoderBlock2D";

    /// <summary>Pixels a side that the model was made for: how large a tile may be.</summary>
    public int SampleSize { get; init; } = 512;

    /// <summary>Subtracted from latents before they are scaled.</summary>
    public double Shift { get; init; }

    /// <summary>Whether 1 × 1 convolutions stand between the halves and the latents.</summary>
    public bool HasQuantConvolutions { get; init; } = true;

    /// <summary>Pixels a latent stands for, along each side.</summary>
    public int Factor => 1 << (Channels.Count - 1);

    /// <summary>Reads the config.json of diffusers' AutoencoderKL.</summary>
    /// <exception cref="SutiException">A key that is not known, or a value that is not supported.</exception>
    public static AutoencoderConfig Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Only("_class_name", "AutoencoderKL");
        config.Only("act_fn", "silu");
        config.Only("latents_mean");
        config.Only("latents_std");
        config.Only("mid_block_add_attention", "true");
        // What it is computed in is the caller's choice here: statistics are f32 in every type.
        config.Ignore("force_upcast", "_diffusers_version", "_name_or_path");
        var channels = config.AtMost("block_out_channels", config.Sizes("block_out_channels"), Largest);
        if (channels.Count is 0 or > ConfigBounds.MostLevels)
            throw config.Unsupported("block_out_channels", $"1 to {ConfigBounds.MostLevels} levels",
                $"{channels.Count}");
        CheckBlocks(config, "down_block_types", DownBlock, channels.Count);
        CheckBlocks(config, "up_block_types", UpBlock, channels.Count);
        bool quant = config.Flag("use_quant_conv", true);
        if (config.Flag("use_post_quant_conv", true) != quant)
            throw config.Unsupported("use_post_quant_conv", "the value of use_quant_conv", "another");
        int groups = config.Size("norm_num_groups", 32);
        foreach (int width in channels.Where(width => width % groups != 0))
            throw config.Unsupported("norm_num_groups", $"a divisor of {width}", $"{groups}");
        var result = new AutoencoderConfig(config.Size("in_channels", 3, Largest),
            config.Size("out_channels", 3, Largest), channels, config.Size("layers_per_block", 1, MostLayers),
            config.Size("latent_channels", 4, Largest / 2), groups,
            config.Number("scaling_factor", 0.18215))
        {
            SampleSize = config.Size("sample_size", 512),
            Shift = config.Number("shift_factor", 0),
            HasQuantConvolutions = quant,
        };
        config.Finish();
        return result;
    }

    /// <summary>The config.json of diffusers' AutoencoderKL that reads as this.</summary>
    public JsonConfig ToJson() => ConfigWriter.Write("autoencoder", json =>
    {
        json.WriteString("_class_name"u8, "AutoencoderKL");
        json.WriteString("act_fn"u8, "silu");
        json.Numbers("block_out_channels", Channels.Select(width => (long)width));
        json.Texts("down_block_types", Enumerable.Repeat(DownBlock, Channels.Count));
        json.WriteNumber("in_channels"u8, InChannels);
        json.WriteNumber("latent_channels"u8, LatentChannels);
        json.WriteNumber("layers_per_block"u8, Layers);
        json.WriteNumber("norm_num_groups"u8, Groups);
        json.WriteNumber("out_channels"u8, OutChannels);
        json.WriteNumber("sample_size"u8, SampleSize);
        json.WriteNumber("scaling_factor"u8, Scaling);
        json.Texts("up_block_types", Enumerable.Repeat(UpBlock, Channels.Count));
        // Keys that older releases of the library do not have.
        if (Shift != 0)
            json.WriteNumber("shift_factor"u8, Shift);
        if (!HasQuantConvolutions)
        {
            json.WriteBoolean("use_quant_conv"u8, false);
            json.WriteBoolean("use_post_quant_conv"u8, false);
        }
    });

    internal ResnetOptions Resnet => new(Groups, AutoencoderHalf.Epsilon);

    static void CheckBlocks(JsonConfig config, string key, string name, int count)
    {
        var names = config.Texts(key);
        if (names.Count != count || names.Any(found => found != name))
            throw config.Unsupported(key, $"{count} times {name}",
                string.Join(", ", names.Select(found => CheckpointException.Printable(found))));
    }
}
