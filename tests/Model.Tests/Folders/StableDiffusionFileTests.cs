using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Autoencoder;
using SuTI.Model.Folders;
using SuTI.Model.Unet;

namespace SuTI.Model.Tests.Folders;

/// <summary>
/// Files in the original layout, whose names are written out here from the shapes of the published networks.
/// </summary>
public class StableDiffusionFileTests : LeakCheck
{
    // The published network with a tenth of its width: 32 channels and their multiples.
    const int Width = 32, Words = 60;

    [TestCase(false, 4), TestCase(false, 9), TestCase(true, 4)]
    public void A_single_file_tells_its_version_and_loads_into_the_networks(bool isSecond, int channels)
    {
        using var place = new TemporaryFolder();
        int context = isSecond ? 128 : 96;
        string path = Write(place.File("model.safetensors"), isSecond, channels, context);
        using var file = StableDiffusionFile.Open(path);
        Assert.That((file.IsSecond, file.InChannels, file.ContextWidth), Is.EqualTo((isSecond, channels, context)));
        Assert.That(file.Notes, Has.Some.Contains("model_ema").And.Some.Contains("noise schedule"));
        using var unet = file.Unet();
        using var autoencoder = file.Autoencoder();
        using var text = file.TextEncoder();
        using var store = new ParameterStore();
        var network = new ConditionalUnet(store.Root["unet"], UnetConfigReader.Read(StableDiffusionConfigs.Unet(unet)));
        Assert.That(network.Config.InChannels, Is.EqualTo(channels));
        Assert.That(network.Config.HasLinearProjections, Is.EqualTo(isSecond));
        _ = new ImageAutoencoder(store.Root["vae"],
            AutoencoderConfig.Read(StableDiffusionConfigs.Autoencoder(autoencoder)));
        // Each complains of the other's parameters unless its own, and no others, are found.
        store.Load(unet, new() { Under = "unet" });
        store.Load(autoencoder, new() { Under = "vae" });
        var config = StableDiffusionConfigs.Text(text, isSecond);
        Assert.That((config.Size("hidden_size"), config.Size("num_hidden_layers"), config.Size("vocab_size"),
            config.Text("hidden_act")),
            Is.EqualTo((context, 2, Words, isSecond ? "gelu" : "quick_gelu")));
        Assert.That(text.Entries.Select(entry => entry.Name),
            Has.Member("text_model.encoder.layers.1.self_attn.v_proj.bias")
            .And.Member("text_model.final_layer_norm.weight").And.None.Contains("layers.2").And.None.Contains("position_ids"));
        Assert.That(StableDiffusionConfigs.Schedule(FilePrediction.Velocity).Text("prediction_type"),
            Is.EqualTo("v_prediction"));
    }

    [Test]
    public void What_is_no_such_file_is_refused()
    {
        using var place = new TemporaryFolder();
        var tensors = new StoredTensors { ["x"] = (SafetensorsType.F16, [1], new byte[2]) };
        Assert.That(() => StableDiffusionFile.Open(tensors.Write(place.File("a.safetensors"))),
            Throws.TypeOf<CheckpointException>()
            .With.Message.Contains("input_blocks.0.0.weight"));
        tensors["model.diffusion_model.input_blocks.0.0.weight"] = (SafetensorsType.F16, [1, 1, 1, 1], new byte[2]);
        Assert.That(() => StableDiffusionFile.Open(tensors.Write(place.File("b.safetensors"))),
            Throws.TypeOf<CheckpointException>()
            .With.Message.Contains("SDXL"));
    }

    static string Write(string file, bool isSecond, int channels, int context)
    {
        var tensors = new StoredTensors();
        Unet(tensors, isSecond, channels, context);
        Autoencoder(tensors);
        Text(tensors, isSecond, context);
        Add(tensors, "model_ema.diffusion_modelinput_blocks00weight", 1);
        Add(tensors, "betas", 1000);
        return tensors.Write(file);
    }

    static void Add(StoredTensors tensors, string name, params long[] shape)
    {
        long count = shape.Aggregate(1L, (product, length) => product * length);
        tensors.Add(name, (SafetensorsType.F16, shape, new byte[2 * count]));
    }

    static void Layer(StoredTensors tensors, string name, params long[] shape)
    {
        Add(tensors, name + ".weight", shape);
        Add(tensors, name + ".bias", shape[0]);
    }

    static void Unet(StoredTensors tensors, bool isSecond, int channels, int context)
    {
        const string Root = "model.diffusion_model.";
        int[] widths = [Width, 2 * Width, 4 * Width, 4 * Width];
        Layer(tensors, Root + "time_embed.0", 4 * Width, Width);
        Layer(tensors, Root + "time_embed.2", 4 * Width, 4 * Width);
        Layer(tensors, Root + "input_blocks.0.0", Width, channels, 3, 3);
        var skips = new Stack<int>([Width]);
        int block = 1, now = Width;
        for (int level = 0; level < 4; level++)
        {
            for (int layer = 0; layer < 2; layer++, block++)
            {
                Resnet(tensors, $"{Root}input_blocks.{block}.0.", now, widths[level]);
                now = widths[level];
                if (level < 3)
                    Transformer(tensors, $"{Root}input_blocks.{block}.1.", now, context, isSecond);
                skips.Push(now);
            }
            if (level < 3)
            {
                Layer(tensors, $"{Root}input_blocks.{block++}.0.op", now, now, 3, 3);
                skips.Push(now);
            }
        }
        Resnet(tensors, Root + "middle_block.0.", now, now);
        Transformer(tensors, Root + "middle_block.1.", now, context, isSecond);
        Resnet(tensors, Root + "middle_block.2.", now, now);
        block = 0;
        for (int level = 3; level >= 0; level--)
        {
            for (int layer = 0; layer < 3; layer++, block++)
            {
                Resnet(tensors, $"{Root}output_blocks.{block}.0.", now + skips.Pop(), widths[level]);
                now = widths[level];
                if (level < 3)
                    Transformer(tensors, $"{Root}output_blocks.{block}.1.", now, context, isSecond);
                if (layer == 2 && level > 0)
                    Layer(tensors, $"{Root}output_blocks.{block}.{(level < 3 ? 2 : 1)}.conv", now, now, 3, 3);
            }
        }
        Layer(tensors, Root + "out.0", Width);
        Layer(tensors, Root + "out.2", 4, Width, 3, 3);
    }

    static void Resnet(StoredTensors tensors, string at, int from, int to)
    {
        Layer(tensors, at + "in_layers.0", from);
        Layer(tensors, at + "in_layers.2", to, from, 3, 3);
        Layer(tensors, at + "emb_layers.1", to, 4 * Width);
        Layer(tensors, at + "out_layers.0", to);
        Layer(tensors, at + "out_layers.3", to, to, 3, 3);
        if (from != to)
            Layer(tensors, at + "skip_connection", to, from, 1, 1);
    }

    static void Transformer(StoredTensors tensors, string at, int width, int context, bool isLinear)
    {
        Layer(tensors, at + "norm", width);
        foreach (string projection in new[] { "proj_in", "proj_out" })
            Layer(tensors, at + projection, isLinear ? [width, width] : [width, width, 1, 1]);
        at += "transformer_blocks.0.";
        foreach (string attention in new[] { "attn1.", "attn2." })
        {
            Add(tensors, $"{at}{attention}to_q.weight", width, width);
            Add(tensors, $"{at}{attention}to_k.weight", width, attention == "attn2." ? context : width);
            Add(tensors, $"{at}{attention}to_v.weight", width, attention == "attn2." ? context : width);
            Layer(tensors, $"{at}{attention}to_out.0", width, width);
        }
        Layer(tensors, at + "ff.net.0.proj", 8 * width, width);
        Layer(tensors, at + "ff.net.2", width, 4 * width);
        for (int norm = 1; norm <= 3; norm++)
            Layer(tensors, $"{at}norm{norm}", width);
    }

    static void Autoencoder(StoredTensors tensors)
    {
        const string Root = "first_stage_model.";
        int[] widths = [Width, 2 * Width, 4 * Width, 4 * Width];
        Layer(tensors, Root + "encoder.conv_in", Width, 3, 3, 3);
        int now = Width;
        for (int level = 0; level < 4; level++)
        {
            for (int layer = 0; layer < 2; layer++, now = widths[level])
                Block(tensors, $"{Root}encoder.down.{level}.block.{layer}.", now, widths[level]);
            if (level < 3)
                Layer(tensors, $"{Root}encoder.down.{level}.downsample.conv", now, now, 3, 3);
        }
        foreach (string half in new[] { "encoder", "decoder" })
        {
            Block(tensors, $"{Root}{half}.mid.block_1.", now, now);
            Block(tensors, $"{Root}{half}.mid.block_2.", now, now);
            Layer(tensors, $"{Root}{half}.mid.attn_1.norm", now);
            foreach (string part in new[] { "q", "k", "v", "proj_out" })
                Layer(tensors, $"{Root}{half}.mid.attn_1.{part}", now, now, 1, 1);
        }
        Layer(tensors, Root + "encoder.norm_out", now);
        Layer(tensors, Root + "encoder.conv_out", 8, now, 3, 3);
        Layer(tensors, Root + "quant_conv", 8, 8, 1, 1);
        Layer(tensors, Root + "post_quant_conv", 4, 4, 1, 1);
        Layer(tensors, Root + "decoder.conv_in", now, 4, 3, 3);
        for (int level = 3; level >= 0; level--)
        {
            for (int layer = 0; layer < 3; layer++, now = widths[level])
                Block(tensors, $"{Root}decoder.up.{level}.block.{layer}.", now, widths[level]);
            if (level > 0)
                Layer(tensors, $"{Root}decoder.up.{level}.upsample.conv", now, now, 3, 3);
        }
        Layer(tensors, Root + "decoder.norm_out", Width);
        Layer(tensors, Root + "decoder.conv_out", 3, Width, 3, 3);
    }

    static void Block(StoredTensors tensors, string at, int from, int to)
    {
        Layer(tensors, at + "norm1", from);
        Layer(tensors, at + "conv1", to, from, 3, 3);
        Layer(tensors, at + "norm2", to);
        Layer(tensors, at + "conv2", to, to, 3, 3);
        if (from != to)
            Layer(tensors, at + "nin_shortcut", to, from, 1, 1);
    }

    static void Text(StoredTensors tensors, bool isSecond, int width)
    {
        string at = isSecond ? "cond_stage_model.model." : "cond_stage_model.transformer.text_model.";
        Add(tensors, at + (isSecond ? "token_embedding.weight" : "embeddings.token_embedding.weight"), Words, width);
        Add(tensors, at + (isSecond ? "positional_embedding" : "embeddings.position_embedding.weight"), 77, width);
        Layer(tensors, at + (isSecond ? "ln_final" : "final_layer_norm"), width);
        if (isSecond)
        {
            Add(tensors, at + "text_projection", width, width);
            Add(tensors, at + "logit_scale");
        }
        else
        {
            tensors.Add(at + "embeddings.position_ids", (SafetensorsType.I64, [1, 77], new byte[8 * 77]));
        }
        for (int layer = 0; layer < (isSecond ? 3 : 2); layer++)
        {
            string block = isSecond ? $"{at}transformer.resblocks.{layer}." : $"{at}encoder.layers.{layer}.";
            foreach (string norm in isSecond ? ["ln_1", "ln_2"] : (string[])["layer_norm1", "layer_norm2"])
                Layer(tensors, block + norm, width);
            Layer(tensors, block + (isSecond ? "mlp.c_fc" : "mlp.fc1"), 4 * width, width);
            Layer(tensors, block + (isSecond ? "mlp.c_proj" : "mlp.fc2"), width, 4 * width);
            Layer(tensors, block + (isSecond ? "attn.out_proj" : "self_attn.out_proj"), width, width);
            if (isSecond)
            {
                Add(tensors, block + "attn.in_proj_weight", 3 * width, width);
                Add(tensors, block + "attn.in_proj_bias", 3 * width);
            }
            else
            {
                foreach (string part in new[] { "q_proj", "k_proj", "v_proj" })
                    Layer(tensors, $"{block}self_attn.{part}", width, width);
            }
        }
    }
}
