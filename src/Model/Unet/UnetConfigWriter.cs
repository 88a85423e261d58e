using System.Text.Json;
using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Unet;

/// <summary>
/// Writes the config.json of diffusers' UNet2DConditionModel, with a value for every key that decides what is computed.
/// </summary>
public static class UnetConfigWriter
{
    /// <exception cref="SutiException">A network that the published class cannot be.</exception>
    public static JsonConfig Write(UnetConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var levels = config.Levels;
        string[] down = [.. levels.Select(level => UnetBlockNames.Down(level.Down))];
        string[] up = [.. levels.Reverse().Select(level => UnetBlockNames.Up(level.Up))];
        string middle = UnetBlockNames.Middle(config.Middle.Attention);
        return ConfigWriter.Write("U-Net", json =>
        {
            json.WriteString("_class_name"u8, "UNet2DConditionModel");
            json.WriteString("act_fn"u8, config.Resnet.Activation.Name());
            json.NumberOrList("attention_head_dim", [.. levels.Select(level => level.Attention)]);
            json.Numbers("block_out_channels", levels.Select(level => (long)level.Channels));
            json.WriteBoolean("center_input_sample"u8, config.CentersInput);
            json.WriteNumber("conv_in_kernel"u8, config.KernelIn);
            json.WriteNumber("conv_out_kernel"u8, config.KernelOut);
            json.NumberOrList("cross_attention_dim", [.. levels.Select(level => level.ContextWidth)]);
            ContextNormOf(json, config.ContextNorm);
            json.Texts("down_block_types", down);
            json.WriteNumber("downsample_padding"u8, config.DownsamplePadding);
            json.WriteNumber("in_channels"u8, config.InChannels);
            json.NumberOrList("layers_per_block", [.. levels.Select(level => level.Layers)]);
            json.WriteBoolean("mid_block_only_cross_attention"u8, config.Middle.OnlyCross);
            json.WriteNumber("mid_block_scale_factor"u8, config.Middle.OutputScale);
            json.WriteString("mid_block_type"u8, middle);
            json.WriteNumber("norm_eps"u8, config.Resnet.Epsilon);
            json.WriteNumber("norm_num_groups"u8, config.Resnet.Groups);
            OnlyCross(json, levels);
            json.WriteNumber("out_channels"u8, config.OutChannels);
            json.WriteNumber("resnet_out_scale_factor"u8, config.Resnet.OutputScale);
            json.WriteBoolean("resnet_skip_time_act"u8, config.Resnet.TimeIsActivated);
            json.WriteString("resnet_time_scale_shift"u8, config.Resnet.IsModulated ? "scale_shift" : "default");
            SampleSize(json, config.SampleSize);
            // Ours, and written only where they are used: the published class knows neither.
            if (config.Patch > 1)
                json.WriteNumber("patch_size"u8, config.Patch);
            if (config.SeamChannels is { } seam)
                json.WriteNumber("seam_channels"u8, seam);
            json.NumberOrList("transformer_layers_per_block", [.. levels.Select(level => level.TransformerLayers)]);
            json.Texts("up_block_types", up);
            json.WriteBoolean("use_linear_projection"u8, config.HasLinearProjections);
            Conditioning(json, config.Conditioning);
        });
    }

    static void Conditioning(Utf8JsonWriter json, UnetConditioning conditioning)
    {
        bool pools = conditioning.PoolingHeads is not null;
        json.WriteString("addition_embed_type"u8, pools ? "text" : null);
        json.WriteNumber("addition_embed_type_num_heads"u8, conditioning.PoolingHeads ?? 64);
        json.WriteString("class_embed_type"u8, conditioning.HasLevelSignal ? "timestep" : null);
        json.NumberOrNull("num_class_embeds", conditioning.Classes);
        json.NumberOrNull("encoder_hid_dim", conditioning.TextWidth);
        json.WriteString("encoder_hid_dim_type"u8, conditioning.TextWidth is null ? null : "text_proj");
        json.WriteBoolean("flip_sin_to_cos"u8, conditioning.CosineFirst);
        json.WriteNumber("freq_shift"u8, conditioning.FrequencyShift);
        json.WriteString("time_embedding_act_fn"u8, conditioning.FinalActivation?.Name());
        json.WriteNumber("time_embedding_dim"u8, conditioning.Width);
    }

    static void ContextNormOf(Utf8JsonWriter json, ContextNorm norm) => json.WriteString("cross_attention_norm"u8,
        norm switch
        {
            ContextNorm.Layer => "layer_norm",
            ContextNorm.Group => "group_norm",
            _ => null,
        });

    static void OnlyCross(Utf8JsonWriter json, IReadOnlyList<UnetLevel> levels)
    {
        const string Key = "only_cross_attention";
        if (levels.All(level => level.OnlyCross == levels[0].OnlyCross))
        {
            json.WriteBoolean(Key, levels[0].OnlyCross);
            return;
        }
        json.WriteStartArray(Key);
        foreach (var level in levels)
            json.WriteBooleanValue(level.OnlyCross);
        json.WriteEndArray();
    }

    static void SampleSize(Utf8JsonWriter json, (int Height, int Width)? size)
    {
        const string Key = "sample_size";
        if (size is not { } sides)
            json.WriteNull(Key);
        else
            json.NumberOrList(Key, [sides.Height, sides.Width]);
    }
}
