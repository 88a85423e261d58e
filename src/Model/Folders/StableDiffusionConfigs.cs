using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders;

/// <summary>
/// The configurations of a <see cref="StableDiffusionFile"/>'s parts as diffusers and transformers write them: numbers
/// from the shapes, and the published values of what shapes do not tell.
/// </summary>
public static class StableDiffusionConfigs
{
    const int Groups = 32;

    /// <summary>Of UNet2DConditionModel.</summary>
    /// <param name="unet">In diffusers' names.</param>
    /// <param name="sampleSize">Latents a side: 64 for 512 pixels, 96 for 768.</param>
    /// <exception cref="SutiException">Not such a network.</exception>
    public static JsonConfig Unet(IWeightSource unet, int sampleSize = 64)
    {
        ArgumentNullException.ThrowIfNull(unet);
        int levels = Count(unet, "down_blocks.");
        long[] widths = [.. Enumerable.Range(0, levels).Select(i => Shape(unet,
            $"down_blocks.{i}.resnets.0.conv1.weight")[0])];
        bool[] hasAttention = [.. Enumerable.Range(0, levels).Select(i => Has(unet,
            $"down_blocks.{i}.attentions.0.norm.weight"))];
        bool isLinear = Shape(unet, "mid_block.attentions.0.proj_in.weight").Length == 2;
        long context = Shape(unet, "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight")[1];
        return ConfigWriter.Write("U-Net", json =>
        {
            json.WriteString("_class_name"u8, "UNet2DConditionModel");
            json.WriteString("act_fn"u8, "silu");
            // Version 1 has 8 heads everywhere, version 2 heads of 64 channels; the key means the number of heads.
            json.WriteStartArray("attention_head_dim"u8);
            foreach (long width in widths)
                json.WriteNumberValue(isLinear ? Math.Max(1, width / 64) : 8);
            json.WriteEndArray();
            json.Numbers("block_out_channels", widths);
            json.WriteNumber("cross_attention_dim"u8, context);
            json.Texts("down_block_types", hasAttention.Select(has => has ? "CrossAttnDownBlock2D" : "DownBlock2D"));
            json.WriteNumber("in_channels"u8, Shape(unet, "conv_in.weight")[1]);
            json.WriteNumber("layers_per_block"u8, Count(unet, "down_blocks.0.resnets."));
            json.WriteNumber("norm_num_groups"u8, Groups);
            json.WriteNumber("out_channels"u8, Shape(unet, "conv_out.weight")[0]);
            json.WriteNumber("sample_size"u8, sampleSize);
            json.Texts("up_block_types", hasAttention.Reverse().Select(has => has ? "CrossAttnUpBlock2D"
                : "UpBlock2D"));
            json.WriteBoolean("use_linear_projection"u8, isLinear);
        });
    }

    /// <summary>Of AutoencoderKL.</summary>
    /// <param name="autoencoder">In diffusers' names.</param>
    /// <param name="sampleSize">Pixels a side.</param>
    /// <inheritdoc cref="Unet" path="/exception"/>
    public static JsonConfig Autoencoder(IWeightSource autoencoder, int sampleSize = 512)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        int levels = Count(autoencoder, "encoder.down_blocks.");
        return ConfigWriter.Write("autoencoder", json =>
        {
            json.WriteString("_class_name"u8, "AutoencoderKL");
            json.WriteString("act_fn"u8, "silu");
            json.Numbers("block_out_channels", Enumerable.Range(0, levels)
                .Select(i => Shape(autoencoder, $"encoder.down_blocks.{i}.resnets.0.conv1.weight")[0]));
            json.Texts("down_block_types", Enumerable.Repeat("DownEncoderBlock2D", levels));
            json.WriteNumber("in_channels"u8, Shape(autoencoder, "encoder.conv_in.weight")[1]);
            json.WriteNumber("latent_channels"u8, Shape(autoencoder, "decoder.conv_in.weight")[1]);
            json.WriteNumber("layers_per_block"u8, Count(autoencoder, "encoder.down_blocks.0.resnets."));
            json.WriteNumber("norm_num_groups"u8, Groups);
            json.WriteNumber("out_channels"u8, Shape(autoencoder, "decoder.conv_out.weight")[0]);
            json.WriteNumber("sample_size"u8, sampleSize);
            json.WriteNumber("scaling_factor"u8, 0.18215);
            json.Texts("up_block_types", Enumerable.Repeat("UpDecoderBlock2D", levels));
        });
    }

    /// <summary>Of CLIPTextModel. Heads are 64 wide in all published towers.</summary>
    /// <param name="text">In transformers' names.</param>
    /// <param name="isSecond">Whether it is OpenCLIP's, whose activation is the exact gelu.</param>
    /// <inheritdoc cref="Unet" path="/exception"/>
    public static JsonConfig Text(IWeightSource text, bool isSecond)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string Embeddings = "text_model.embeddings.", Layers = "text_model.encoder.layers.";
        var words = Shape(text, Embeddings + "token_embedding.weight");
        return ConfigWriter.Write("text encoder", json =>
        {
            json.Texts("architectures", ["CLIPTextModel"]);
            json.WriteNumber("bos_token_id"u8, words[0] - 2);
            json.WriteNumber("eos_token_id"u8, words[0] - 1);
            json.WriteString("hidden_act"u8, isSecond ? "gelu" : "quick_gelu");
            json.WriteNumber("hidden_size"u8, words[1]);
            json.WriteNumber("intermediate_size"u8, Shape(text, Layers + "0.mlp.fc1.weight")[0]);
            json.WriteNumber("layer_norm_eps"u8, 1e-5);
            json.WriteNumber("max_position_embeddings"u8, Shape(text, Embeddings + "position_embedding.weight")[0]);
            json.WriteString("model_type"u8, "clip_text_model");
            json.WriteNumber("num_attention_heads"u8, Math.Max(1, words[1] / 64));
            json.WriteNumber("num_hidden_layers"u8, Count(text, Layers));
            json.WriteNumber("pad_token_id"u8, 1);
            json.WriteNumber("projection_dim"u8, isSecond ? 512 : words[1]);
            json.WriteNumber("vocab_size"u8, words[0]);
        });
    }

    /// <summary>Of DDIMScheduler, with the noise of all published versions.</summary>
    public static JsonConfig Schedule(FilePrediction prediction) => ConfigWriter.Write("schedule", json =>
    {
        json.WriteString("_class_name"u8, "DDIMScheduler");
        json.WriteNumber("beta_end"u8, 0.012);
        json.WriteString("beta_schedule"u8, "scaled_linear");
        json.WriteNumber("beta_start"u8, 0.00085);
        json.WriteBoolean("clip_sample"u8, false);
        json.WriteNumber("num_train_timesteps"u8, 1000);
        json.WriteString("prediction_type"u8, prediction == FilePrediction.Velocity ? "v_prediction" : "epsilon");
        json.WriteBoolean("set_alpha_to_one"u8, false);
        json.WriteNumber("steps_offset"u8, 1);
    });

    static bool Has(IWeightSource source, string name) => source.Find(name) is not null;

    static System.Collections.Immutable.ImmutableArray<long> Shape(IWeightSource source, string name)
        => source.Find(name) is { Shape: [_, ..] shape } ? shape : throw new CheckpointException(source.Path,
            "the tensor is needed to tell how the model is built", tensor: name);

    static int Count(IWeightSource source, string head) => source.Entries
        .Select(entry => KeyMaps.NamePattern.TryNumbered(entry.Name, head, out int number, out _) ? number + 1 : 0)
        .DefaultIfEmpty(0).Max();
}
