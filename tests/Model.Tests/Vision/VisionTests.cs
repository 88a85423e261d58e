using System.Text;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Transformers;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Vision;

/// <summary>What the fixtures of image networks do not reach: DINO's names, gradients, bad input.</summary>
public class VisionTests : LeakCheck
{
    static readonly VitConfig s_config = new(new(Width: 6, Layers: 2, Heads: 2, FeedForwardWidth: 12, Activation.Gelu,
        NormEpsilon: 1e-6), ImageSize: 6, PatchSize: 2);

    [Test]
    public void Original_weights_load_from_training_checkpoints_too()
    {
        using var scope = TensorScope.Open("test");
        using var original = Original();
        original.Root.Declare("module.backbone.head.mlp.0.weight", [3], Initialiser.Zeros);
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            original.Save(file);
            using var checkpoint = SafetensorsCheckpoint.Open(file);
            Assert.That(DinoCheckpoint.Recognises(checkpoint.Names), Is.True);
            using var store = new ParameterStore();
            _ = new VitModel(store.Root["dino"], s_config);
            DinoCheckpoint.Load(store, checkpoint, under: "dino");
            float[] fused = original["module.backbone.blocks.1.attn.qkv.weight"].Value.ToArray<float>();
            string[] parts = ["query", "key", "value"];
            for (int part = 0; part < parts.Length; part++)
            {
                var found = store[$"dino.encoder.layer.1.attention.attention.{parts[part]}.weight"].Value;
                Assert.That(found.ToArray<float>(), Is.EqualTo(fused[(part * 36)..((part + 1) * 36)]));
            }
            Assert.That(store["dino.embeddings.patch_embeddings.projection.weight"].Value.ToArray<float>(),
                Is.EqualTo(original["module.backbone.patch_embed.proj.weight"].Value.ToArray<float>()));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestCase("module.backbone.blocks.1.attn.qkv.bias", "missing")]
    [TestCase("module.backbone.cls_token", "missing")]
    [TestCase(null, "module.backbone.stray")]
    public void Original_weights_that_do_not_fit_change_nothing(string? leftOut, string named)
    {
        using var scope = TensorScope.Open("test");
        using var original = Original(leftOut);
        if (leftOut is null)
            original.Root.Declare("module.backbone.stray", [3], Initialiser.Zeros);
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            original.Save(file);
            using var checkpoint = SafetensorsCheckpoint.Open(file);
            using var store = new ParameterStore();
            _ = new VitModel(store.Root, s_config);
            float[] before = store["layernorm.weight"].Value.ToArray<float>();
            Assert.That(() => DinoCheckpoint.Load(store, checkpoint),
                Throws.InstanceOf<CheckpointException>().With.Message.Contains(named));
            Assert.That(store["layernorm.weight"].Value.ToArray<float>(), Is.EqualTo(before));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestCase("vit.embeddings.cls_token", "embeddings.cls_token")]
    [TestCase("layernorm.bias", "layernorm.bias")]
    [TestCase("classifier.weight", null)]
    [TestCase("head.weight", null)]
    [TestCase("pooler.dense.bias", null)]
    [TestCase("vit.embeddings.mask_token", null)]
    public void Keys_of_other_parts_are_left_out(string key, string? path)
        => Assert.That(VitModel.ParameterPath(key), Is.EqualTo(path));

    // Every parameter, the interpolated positions among them, against central differences along a random direction.
    [TestCase(6, 6)]
    [TestCase(4, 10)]
    public void Gradients_are_slopes(int height, int width)
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore(dtype: DType.Float64);
        var vit = new VitModel(store.Root, s_config with { HasPooler = true });
        store.Allocate(seed: 4);
        var images = Tensor.Normal([2, height, width, 3], RandomKey.For("images", seed: 1)).Cast(DType.Float64);
        Tensor Loss() => vit.Pool(vit.Forward(images)).Square().Sum() + vit.Feature(images).Sum();
        Loss().Backward();
        const double step = 1e-5;
        foreach (var parameter in store.Parameters)
        {
            using var inner = TensorScope.Open("slope");
            var direction = Tensor.Normal(parameter.Shape, RandomKey.For(parameter.Path, seed: 2)).Cast(DType.Float64);
            double expected = (parameter.Gradient! * direction).Sum().Item();
            var value = parameter.Value.Copy().Detach();
            parameter.Set((value + (direction * step)).Detach());
            double up = Loss().Item();
            parameter.Set((value - (direction * step)).Detach());
            double down = Loss().Item();
            parameter.Set(value);
            Assert.That((up - down) / (2 * step), Is.EqualTo(expected).Within(1e-6 * Math.Max(1, Math.Abs(expected))),
                parameter.Path);
        }
    }

    [Test]
    public void Bad_images_are_named()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        var vit = new VitModel(store.Root["vit"], s_config);
        var clip = new ClipVisionEncoder(store.Root["clip"], new(s_config.Sizes, ImageSize: 6, PatchSize: 2));
        AssertRefused(() => vit.Forward(Tensor.Zeros([1, 5, 6, 3])), "vit", "multiples of 2", "5 × 6");
        AssertRefused(() => vit.Forward(Tensor.Zeros([1, 0, 6, 3])), "0 × 6");
        AssertRefused(() => vit.Forward(Tensor.Zeros([1, 3, 6, 6])), "(N, H, W, 3)");
        AssertRefused(() => vit.Forward(Tensor.Zeros([6, 6, 3])), "(N, H, W, 3)");
        AssertRefused(() => vit.Pool(vit.Forward(Tensor.Zeros([1, 6, 6, 3]))), "without a pooler");
        AssertRefused(() => clip.Forward(Tensor.Zeros([1, 8, 6, 3])), "clip vision encoder", "6 × 6", "8 × 6");
    }

    [Test]
    public void A_loss_wants_pairs()
    {
        using var scope = TensorScope.Open("test");
        Tensor texts = Tensor.Ones([2, 4]), images = Tensor.Ones([3, 4]);
        AssertRefused(() => ClipModel.ContrastiveLoss(new(texts, images, texts.MatMul(images.Transpose()))), "2 and 3");
    }

    [TestCase("\"image_size\": [224, 112]", "image_size")]
    [TestCase("\"image_size\": 225", "image_size")]
    [TestCase("\"patch_size\": 0", "patch_size")]
    [TestCase("\"image_size\": 1000000", "image_size")]
    [TestCase("\"hidden_act\": \"mish\"", "hidden_act")]
    [TestCase("\"pooler_act\": \"relu\"", "pooler_act")]
    [TestCase("\"embed_dim\": 384, \"num_heads\": 5", "num_heads")]
    [TestCase("\"embed_dim\": 384, \"mlp_ratio\": 1e9", "mlp_ratio")]
    [TestCase("\"embed_dim\": 384, \"hidden_size\": 384", "'hidden_size'")]
    public void Bad_configurations_are_named(string members, string key)
        => AssertRefused(() => VitConfig.Read(Parse(members)), key);

    [Test]
    public void Keys_of_newer_libraries_are_known()
    {
        var config = VitConfig.Read(Parse("""
            "model_type": "vit", "dtype": "float32", "pooler_act": "tanh", "pooler_output_size": 768,
            "image_size": [224, 224], "layer_norm_eps": 1e-12, "attn_implementation": "sdpa"
            """));
        Assert.That((config.ImageSize, config.PatchSize, config.HasPooler), Is.EqualTo((224, 16, false)));
    }

    static ParameterStore Original(string? leftOut = null)
    {
        var original = new ParameterStore();
        void Declare(string name, Shape shape, CheckpointLayout layout = CheckpointLayout.Same)
        {
            if (name != leftOut)
                original.Root.Declare(name, shape, Initialiser.Normal(1), layout);
        }
        const string prefix = "module.backbone.";
        Declare(prefix + "cls_token", [1, 1, 6]);
        Declare(prefix + "pos_embed", [1, 10, 6]);
        Declare(prefix + "patch_embed.proj.weight", [6, 2, 2, 3], CheckpointLayout.ChannelsFirst);
        Declare(prefix + "patch_embed.proj.bias", [6]);
        for (int block = 0; block < 2; block++)
        {
            string at = $"{prefix}blocks.{block}.";
            (string, int, int)[] products =
                [("attn.qkv", 18, 6), ("attn.proj", 6, 6), ("mlp.fc1", 12, 6), ("mlp.fc2", 6, 12)];
            foreach (var (name, rows, columns) in products)
            {
                Declare($"{at}{name}.weight", [rows, columns]);
                Declare($"{at}{name}.bias", [rows]);
            }
            foreach (string name in new[] { "norm1", "norm2" })
            {
                Declare($"{at}{name}.weight", [6]);
                Declare($"{at}{name}.bias", [6]);
            }
        }
        Declare(prefix + "norm.weight", [6]);
        Declare(prefix + "norm.bias", [6]);
        return original;
    }

    static void AssertRefused(Action action, params string[] texts)
    {
        var failure = Assert.Catch<SutiException>(() => action());
        foreach (string text in texts)
            Assert.That(failure!.Message, Does.Contain(text));
    }

    static JsonConfig Parse(string members) => JsonConfig.Parse(Encoding.UTF8.GetBytes($"{{{members}}}"), "test");
}
