using System.Text.RegularExpressions;
using SuTI.Engine.IO;
using SuTI.Model.Folders;
using SuTI.Model.Folders.KeyMaps;

namespace SuTI.Model.Tests.Folders;

/// <summary>Fixtures brought into the original files' form and back, bit for bit.</summary>
[Category("Fixtures")]
public partial class KeyMapTests
{
    static IEnumerable<TestCaseData> Folders(string kind) => FixtureFolder.Find(kind)
        .Select(folder => new TestCaseData(folder).SetArgDisplayNames(Path.GetFileName(folder)));

    static IEnumerable<TestCaseData> Unets() =>
        Folders("unet_sd").Concat(Folders("unet_if")).Concat(Folders("unet_inpaint9"));

    static IEnumerable<TestCaseData> Autoencoders() => Folders("vae_kl");

    static IEnumerable<TestCaseData> Clips() => Folders("clip_model_contrastive");

    static IEnumerable<TestCaseData> VisionTransformers() => Folders("dino_original_keys");

    [TestCaseSource(nameof(Unets))]
    public void An_original_unet_has_the_tensors_of_diffusers(string folder)
    {
        var expected = StoredTensors.Open(folder);
        var config = JsonConfig.Open(Path.Combine(folder, "config.json"));
        int levels = config.Texts("down_block_types").Count;
        int[] layers = [.. config.Sizes("layers_per_block", levels, 2)];
        int headWidth = config.Sizes("attention_head_dim", levels, 8)[0];
        var original = StoredTensors.Open(folder);
        OriginalUnetNames.Apply(original, layers, headWidth);
        OriginalUnetNames.PlaceUpsamplers(original);
        Assert.That(original.Keys, Has.None.Contains("_blocks.0.resnets").And.None.Contains("UP"));
        foreach (string name in original.Keys.ToList())
            original.Move(name, "model.diffusion_model." + name);
        Check(original, expected, source => OriginalUnet.Plan(source, "model.diffusion_model.", headWidth, layers),
            source => UnetToOriginal.View(source, "model.diffusion_model.", headWidth));
        // The shapes tell the levels wherever each has another width, as all published networks do.
        var widths = config.Sizes("block_out_channels");
        if (widths.Distinct().Count() == widths.Count || original.Keys.Any(name => name.EndsWith(".op.weight",
            StringComparison.Ordinal)))
            Check(original, expected, source => OriginalUnet.Plan(source, "model.diffusion_model.", headWidth));
    }

    [TestCaseSource(nameof(Autoencoders))]
    public void An_original_autoencoder_has_the_tensors_of_diffusers(string folder)
    {
        using var stored = WeightFiles.Open(folder);
        using var modern = WeightView.Of(stored, OriginalAutoencoder.PlanModern(stored));
        var expected = StoredTensors.Of(modern);
        Assert.That(expected.Keys, Has.Some.Contains("to_q").And.None.Contains("proj_attn"));
        var original = StoredTensors.Of(modern);
        int levels = JsonConfig.Open(Path.Combine(folder, "config.json")).Texts("up_block_types").Count;
        foreach (string name in original.Keys.ToList())
        {
            string old = UpBlock().Replace(name, match =>
                $"up.{levels - 1 - int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)}.");
            old = DownBlock().Replace(old, "down.$1.");
            foreach (var (now, was) in new[] { (".resnets.", ".block."), ("mid_block.block.0.", "mid.block_1."),
                ("mid_block.block.1.", "mid.block_2."), ("mid_block.attentions.0.group_norm.", "mid.attn_1.norm."),
                ("mid_block.attentions.0.to_q.", "mid.attn_1.q."), ("mid_block.attentions.0.to_k.", "mid.attn_1.k."),
                ("mid_block.attentions.0.to_v.", "mid.attn_1.v."), ("mid_block.attentions.0.to_out.0.",
                    "mid.attn_1.proj_out."),
                (".downsamplers.0.", ".downsample."), (".upsamplers.0.", ".upsample."), ("conv_norm_out", "norm_out"),
                ("conv_shortcut", "nin_shortcut") })
            {
                old = old.Replace(now, was, StringComparison.Ordinal);
            }
            long[] shape = original[name].Shape;
            bool isMatrix = old.Contains(".attn_1.", StringComparison.Ordinal) && shape.Length == 2;
            original.Move(name, "first_stage_model." + old, isMatrix ? [.. shape, 1, 1] : shape);
        }
        Check(original, expected, source => OriginalAutoencoder.Plan(source, "first_stage_model."),
            source => AutoencoderToOriginal.View(source, "first_stage_model."));
        // In whichever spelling the attention is stored.
        using var back = AutoencoderToOriginal.View(stored, "first_stage_model.");
        StoredTensors.AssertEqual(StoredTensors.Of(back), original);
    }

    [TestCaseSource(nameof(Clips))]
    public void An_original_clip_has_the_tensors_of_transformers(string folder)
    {
        var expected = StoredTensors.Open(folder);
        foreach (string buffer in expected.Keys.Where(name => name.EndsWith("position_ids",
            StringComparison.Ordinal)).ToList())
            expected.Remove(buffer);
        var original = StoredTensors.Open(folder);
        foreach (string name in original.Keys.ToList())
        {
            if (!expected.ContainsKey(name))
                original.Remove(name);
        }
        foreach (string query in original.Keys.Where(name => name.Contains(".self_attn.q_proj.",
            StringComparison.Ordinal)).ToList())
        {
            string leaf = query[(query.LastIndexOf('.') + 1)..], at = query[..query.IndexOf("q_proj.",
                StringComparison.Ordinal)];
            original.Fuse($"{at}in_proj_{leaf}", original[query].Shape[0], false, query, $"{at}k_proj.{leaf}",
                $"{at}v_proj.{leaf}");
        }
        original.Transpose("text_projection.weight");
        original.Transpose("visual_projection.weight");
        foreach (string name in original.Keys.ToList())
        {
            string old = name;
            foreach (var (now, was) in new[] { ("text_projection.weight", "text_projection"),
                ("visual_projection.weight", "visual.proj"),
                ("vision_model.embeddings.class_embedding", "visual.class_embedding"),
                ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
                ("vision_model.embeddings.patch_embedding.", "visual.conv1."), ("vision_model.pre_layrnorm.",
                    "visual.ln_pre."),
                ("vision_model.post_layernorm.", "visual.ln_post."), ("vision_model.encoder.layers.",
                    "visual.transformer.resblocks."),
                ("text_model.embeddings.token_embedding.", "token_embedding."),
                ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
                ("text_model.final_layer_norm.", "ln_final."), ("text_model.encoder.layers.", "transformer.resblocks."),
                (".layer_norm1.", ".ln_1."), (".layer_norm2.", ".ln_2."), (".mlp.fc1.", ".mlp.c_fc."), (".mlp.fc2.",
                    ".mlp.c_proj."),
                (".self_attn.", ".attn.") })
            {
                old = old.Replace(now, was, StringComparison.Ordinal);
            }
            if (old != name)
                original.Move(name, old);
        }
        Check(original, expected, source => OriginalClip.Plan(source), source => ClipToOriginal.View(source));
        foreach (string name in original.Keys.ToList())
            original.Move(name, "cond_stage_model.model." + name);
        int layers = expected.Keys.Where(name => name.StartsWith("text_model.encoder.layers.",
            StringComparison.Ordinal))
            .Select(name => name.Split('.')[3]).Distinct().Count();
        var text = new StoredTensors();
        foreach (var (name, tensor) in expected.Where(pair => pair.Key.StartsWith("text_model.",
            StringComparison.Ordinal)
            && !pair.Key.StartsWith($"text_model.encoder.layers.{layers - 1}.", StringComparison.Ordinal)))
            text.Add(name, tensor);
        Check(original, text, source => OriginalClip.PlanText(source, "cond_stage_model.model.", dropLayers: 1));
    }

    [TestCaseSource(nameof(VisionTransformers))]
    public void An_original_vision_transformer_is_divided_as_transformers_has_it(string folder)
    {
        var original = StoredTensors.Open(folder);
        using var source = WeightFiles.Open(folder);
        using var view = WeightView.Of(source, OriginalVisionTransformer.Plan(source));
        var mapped = StoredTensors.Of(view);
        int width = (int)original["cls_token"].Shape[^1];
        string[] parts = ["query", "key", "value"];
        Assert.That(original.Keys, Has.Some.EndsWith("attn.qkv.weight"));
        foreach (string name in original.Keys.Where(name => name.EndsWith("attn.qkv.weight", StringComparison.Ordinal)))
        {
            string layer = name.Split('.')[1];
            for (int i = 0; i < 3; i++)
            {
                Assert.That(mapped[$"encoder.layer.{layer}.attention.attention.{parts[i]}.weight"].Bytes,
                    Is.EqualTo(original[name].Bytes.AsSpan(i * width * width * 4, width * width * 4).ToArray()));
            }
        }
        Assert.That(mapped["embeddings.position_embeddings"].Bytes, Is.EqualTo(original["pos_embed"].Bytes));
        Assert.That(mapped.Keys,
            Has.Member("layernorm.weight").And.Member("embeddings.patch_embeddings.projection.weight"));
        using var back = VisionTransformerToOriginal.View(view);
        StoredTensors.AssertEqual(StoredTensors.Of(back), original);
    }

    [Test]
    public void Names_that_no_map_knows_are_all_listed()
    {
        using var folder = new TemporaryFolder();
        var tensors = new StoredTensors
        {
            ["time_embed.0.weight"] = (SafetensorsType.F32, [1], new byte[4]),
            ["input_blocks.0.0.weight"] = (SafetensorsType.F32, [1], new byte[4]),
            ["output_blocks.0.0.in_layers.0.weight"] = (SafetensorsType.F32, [1], new byte[4]),
            ["strange.one"] = (SafetensorsType.F32, [1], new byte[4]),
            ["output_blocks.0.0.other"] = (SafetensorsType.F32, [1], new byte[4]),
        };
        using var source = WeightFiles.Open(tensors.Write(folder.File("a.safetensors")));
        Assert.That(() => OriginalUnet.Plan(source), Throws.TypeOf<CheckpointException>()
            .With.Message.Contains("strange.one").And.Message.Contains("output_blocks.0.0.other"));
        Assert.That(() => OriginalAutoencoder.Plan(source), Throws.TypeOf<CheckpointException>());
        Assert.That(() => OriginalClip.Plan(source), Throws.TypeOf<CheckpointException>());
        Assert.That(() => OriginalVisionTransformer.Plan(source), Throws.TypeOf<CheckpointException>());
        foreach (var back in new Func<IWeightSource>[] { () => UnetToOriginal.View(source),
            () => AutoencoderToOriginal.View(source), () => ClipToOriginal.View(source),
            () => VisionTransformerToOriginal.View(source) })
        {
            Assert.That(() => back(), Throws.TypeOf<CheckpointException>().With.Message.Contains("strange.one")
                .And.Message.Contains("output_blocks.0.0.other"));
        }
        Assert.That(() => OriginalUnet.Plan(source, layers: [3, 3]),
            Throws.TypeOf<SutiException>().With.Message.Contains("layers"));
    }

    static void Check(StoredTensors original, StoredTensors expected, Func<IWeightSource,
        IReadOnlyList<TensorPlan>> plan, Func<IWeightSource, IWeightSource>? reverse = null)
    {
        using var folder = new TemporaryFolder();
        using var source = WeightFiles.Open(original.Write(folder.File("original.safetensors")));
        using var view = WeightView.Of(source, plan(source));
        StoredTensors.AssertEqual(StoredTensors.Of(view), expected);
        if (reverse is null)
            return;
        using var modern = WeightFiles.Open(expected.Write(folder.File("modern.safetensors")));
        using var back = reverse(modern);
        StoredTensors.AssertEqual(StoredTensors.Of(back), original);
    }

    [GeneratedRegex(@"up_blocks\.(\d+)\.")]
    private static partial Regex UpBlock();

    [GeneratedRegex(@"down_blocks\.(\d+)\.")]
    private static partial Regex DownBlock();
}
