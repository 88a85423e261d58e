using SuTI.Model.Folders;
using SuTI.Model.Transformers;

namespace SuTI.Model.Unet;

/// <summary>Reads the config.json of diffusers' UNet2DConditionModel.</summary>
public static class UnetConfigReader
{
    // Of a level; published networks have up to 10.
    const int MostLayers = 64, Largest = ConfigBounds.LargestWidth;

    /// <exception cref="Engine.SutiException">A key that is not known, or a value that is not supported.</exception>
    public static UnetConfig Read(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Refuse(config);
        var widths = Widths(config);
        var names = config.Texts("down_block_types");
        var upNames = config.Texts("up_block_types");
        int count = widths.Count;
        if (names.Count != count || upNames.Count != count)
            throw config.Unsupported("down_block_types and up_block_types",
                $"{count} each, as block_out_channels", $"{names.Count} and {upNames.Count}");
        var layers = config.AtMost("layers_per_block", config.Sizes("layers_per_block", count, 2), MostLayers);
        var heads = config.Sizes("attention_head_dim", count, 8);
        var contexts = config.AtMost("cross_attention_dim", config.Sizes("cross_attention_dim", count, 1280),
            ConfigBounds.LargestWidth);
        var transformers = config.AtMost("transformer_layers_per_block",
            config.Sizes("transformer_layers_per_block", count, 1), MostLayers);
        var onlyCross = config.Flags("only_cross_attention", count, false);
        bool middleOnlyCross = config.Flag("mid_block_only_cross_attention", onlyCross.All(flag => flag));
        var levels = new List<UnetLevel>();
        for (int i = 0; i < count; i++)
        {
            var level = new UnetLevel(widths[i], Kind(config, "down_block_types", names[i], UnetBlockNames.AllDown),
                Kind(config, "up_block_types", upNames[count - 1 - i], UnetBlockNames.AllUp), layers[i], heads[i], transformers[i],
                onlyCross[i], contexts[i]);
            Check(config, level);
            levels.Add(level);
        }
        var middle = Middle(config, middleOnlyCross);
        int groups = config.Size("norm_num_groups", 32);
        foreach (int width in widths.Where(width => width % groups != 0))
            throw config.Unsupported("norm_num_groups", $"a divisor of {width}", $"{groups}");
        var result = new UnetConfig(config.Size("in_channels", 4, Largest), config.Size("out_channels", 4, Largest), levels, middle,
            contexts[^1], Conditioning(config, widths[0]), Resnet(config, groups))
        {
            CentersInput = config.Flag("center_input_sample"),
            Patch = config.Size("patch_size", 1, 32),
            SeamChannels = config.Has("seam_channels") ? config.Size("seam_channels", 1, Largest) : null,
            KernelIn = Odd(config, "conv_in_kernel"),
            KernelOut = Odd(config, "conv_out_kernel"),
            HasLinearProjections = config.Flag("use_linear_projection"),
            DownsamplePadding = config.Count("downsample_padding", 1),
            ContextNorm = config.Choice("cross_attention_norm", "none", ("none", ContextNorm.None),
                ("layer_norm", ContextNorm.Layer), ("group_norm", ContextNorm.Group)),
            SampleSize = config.Has("sample_size") && config.Sizes("sample_size", 2, 1) is [int rows, int columns]
                ? (rows, columns) : null,
        };
        config.Only("downsample_padding", "0", "1");
        config.Finish();
        return result;
    }

    static IReadOnlyList<int> Widths(JsonConfig config)
    {
        const string Key = "block_out_channels";
        var widths = config.AtMost(Key, config.Sizes(Key), Largest);
        return widths.Count is >= 1 and <= ConfigBounds.MostLevels ? widths
            : throw config.Unsupported(Key, $"1 to {ConfigBounds.MostLevels} levels", $"{widths.Count}");
    }

    static LevelKind Kind(JsonConfig config, string key, string name, (string Name, LevelKind Kind)[] known)
    {
        foreach (var (candidate, kind) in known)
        {
            if (candidate == name)
                return kind;
        }
        throw config.Unsupported(key, string.Join(", ", known.Select(pair => pair.Name)),
            Engine.CheckpointException.Printable(name));
    }

    static void Check(JsonConfig config, UnetLevel level)
    {
        foreach (var kind in new[] { level.Down.Attention, level.Up.Attention })
        {
            if (kind != AttentionKind.None && level.Channels % level.Attention != 0)
                throw config.Unsupported("attention_head_dim", $"a divisor of {level.Channels} channels",
                    $"{level.Attention}");
        }
    }

    static UnetMiddle Middle(JsonConfig config, bool onlyCross)
    {
        var kind = config.Choice("mid_block_type", "UNetMidBlock2DCrossAttn", UnetBlockNames.AllMiddle);
        return new(kind, onlyCross, config.Number("mid_block_scale_factor", 1));
    }

    static ResnetOptions Resnet(JsonConfig config, int groups) => new(groups, config.Number("norm_eps", 1e-5),
        Activations.Read(config, "act_fn", "silu"),
        IsModulated: config.Choice("resnet_time_scale_shift", "default", ("default", false), ("scale_shift", true)),
        TimeIsActivated: config.Flag("resnet_skip_time_act"),
        OutputScale: config.Number("resnet_out_scale_factor", 1));

    static UnetConditioning Conditioning(JsonConfig config, int firstWidth)
    {
        int? textWidth = config.Has("encoder_hid_dim") ? config.Size("encoder_hid_dim", 1, Largest) : null;
        config.Only("encoder_hid_dim_type", "text_proj");
        string kind = config.Text("class_embed_type", "none");
        config.Only("class_embed_type", "timestep");
        int? classes = config.Has("num_class_embeds")
            ? config.Size("num_class_embeds", 1, ConfigBounds.MostRows) : null;
        int poolingHeads = config.Size("addition_embed_type_num_heads", 64);
        config.Only("addition_embed_type", "text");
        return new(firstWidth, config.Size("time_embedding_dim", 4 * firstWidth, 4 * Largest),
            config.Flag("flip_sin_to_cos", true), config.Number("freq_shift", 0),
            Activations.Read(config, "act_fn", "silu"),
            config.Has("time_embedding_act_fn") ? Activations.Read(config, "time_embedding_act_fn", "silu") : null)
        {
            HasLevelSignal = kind == "timestep",
            Classes = kind == "timestep" ? null : classes,
            TextWidth = textWidth,
            PoolingHeads = config.Has("addition_embed_type") ? poolingHeads : null,
        };
    }

    static int Odd(JsonConfig config, string key)
    {
        int kernel = config.Size(key, 3);
        return kernel % 2 == 1 && kernel <= ConfigBounds.LargestKernel ? kernel
            : throw config.Unsupported(key, $"an odd number up to {ConfigBounds.LargestKernel}", $"{kernel}");
    }

    // Keys that are known, but have a meaning here only at their usual value, or none at all.
    static void Refuse(JsonConfig config)
    {
        config.Only("_class_name", "UNet2DConditionModel");
        config.Only("attention_type", "default");
        config.Only("time_embedding_type", "positional");
        config.Only("dual_cross_attention", "false");
        config.Only("class_embeddings_concat", "false");
        config.Only("dropout", "0");
        foreach (string key in new[]
        {
            "num_attention_heads", "time_cond_proj_dim", "timestep_post_act", "reverse_transformer_layers_per_block",
        })
        {
            config.Only(key);
        }
        // In 16 bits scores are summed in f32 here whatever it says.
        config.Ignore("upcast_attention", "_diffusers_version", "_name_or_path", "_use_default_values",
            "addition_time_embed_dim", "projection_class_embeddings_input_dim");
    }
}
