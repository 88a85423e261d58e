using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Inspection;
using SuTI.Model.Imaging;
using SuTI.Model.Nano;
using SuTI.Model.Tests.Training;
using SuTI.Model.Text;
using SuTI.Model.Training;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Nano;

public class NanoStageTests : LeakCheck
{
    [TestCase("dino", TinyNano.Dino), TestCase("clip", TinyNano.Clip)]
    public void A_run_stopped_at_any_step_goes_on_to_the_same_bits(string stage, string json)
    {
        using var folder = new TemporaryFolder();
        var whole = TinyNano.Go(stage, json, folder.File("straight"));
        foreach (int stop in (int[])[1, 4])
        {
            string path = folder.File($"stopped{stop}");
            Assert.That(TinyNano.Go(stage, json, path, stopAfter: stop).Step, Is.EqualTo(stop));
            var second = TinyNano.Go(stage, json, path);
            Assert.That(TinyRun.Curve(path), Is.EqualTo(TinyRun.Curve(folder.File("straight"))));
            Assert.That(TinyRun.Tensors(second), Is.EqualTo(TinyRun.Tensors(whole)));
        }
        TinyNano.Go(stage, json.Replace("\"individuals\": 4", "\"individuals\": 5", StringComparison.Ordinal), folder.File("other"));
        Assert.That(TinyRun.Curve(folder.File("other")), Is.Not.EqualTo(TinyRun.Curve(folder.File("straight"))));
    }

    [TestCase("dino", TinyNano.Dino), TestCase("clip", TinyNano.Clip)]
    public void The_loss_falls_and_probes_are_numbers(string stage, string json)
    {
        using var folder = new TemporaryFolder();
        TinyNano.Go(stage, json.Replace("\"steps\": 6", "\"steps\": 60", StringComparison.Ordinal)
            .Replace("\"probe_steps\": 3", "\"probe_steps\": 30", StringComparison.Ordinal), folder.Root);
        var lines = MetricsFile.Read(folder.File("metrics.jsonl"));
        double[] losses = [.. lines.SelectMany(line => line.Values).Where(value => value.Key == "loss").Select(value => value.Value)];
        Assert.That(losses, Has.Length.EqualTo(60));
        Assert.That(losses[^15..].Average(), Is.LessThan(0.93 * losses[..15].Average()));
        var probes = lines.SelectMany(line => line.Values).Where(value => value.Key.StartsWith("probe/", StringComparison.Ordinal)).ToList();
        Assert.That(probes, Has.Count.GreaterThan(10));
        Assert.That(probes.Select(value => value.Value), Is.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void The_judge_is_exported_as_a_folder_that_loads()
    {
        using var folder = new TemporaryFolder();
        TinyNano.Go("dino", TinyNano.Dino, folder.File("run"), export: folder.File("model"));
        var part = ModelFolder.Open(folder.File("model")).Parts.Single();
        using var store = new ParameterStore();
        KnownNetworks.Load(part, store);
        using var named = new ParameterStore();
        var network = new VitModel(named.Root, VitConfig.Read(part.OpenConfig()));
        named.Load(folder.File("model"));
        using var scope = TensorScope.Open();
        var features = network.Feature(Shown(folder.File("model"), 16));
        Assert.That(features.Shape, Is.EqualTo(Shape.Create([1, 16])));
        Assert.That(features.ToArray<float>(), Is.All.Matches<float>(float.IsFinite));
        Assert.That(store.Count, Is.EqualTo(named.Count));
    }

    [Test]
    public void The_clip_is_exported_with_its_tokenizer_and_the_average_of_its_weights()
    {
        using var folder = new TemporaryFolder();
        var result = TinyNano.Go("clip", TinyNano.Clip, folder.File("run"), export: folder.File("model"));
        var part = ModelFolder.Open(folder.File("model")).Parts.Single();
        using var store = new ParameterStore();
        KnownNetworks.Load(part, store);
        using var named = new ParameterStore();
        var network = new ClipModel(named.Root, ClipConfig.Read(part.OpenConfig()));
        named.Load(folder.File("model"));
        using var scope = TensorScope.Open();
        var tokenizer = Tokenizers.Open(folder.File("model"));
        var found = network.Forward(tokenizer.EncodeBatch(["a red dog on a beach", "an unknown wyvern"]).Ids,
            Shown(folder.File("model"), 16));
        Assert.That(found.LogitsPerText.Shape, Is.EqualTo(Shape.Create([2, 1])));
        Assert.That(found.TextEmbeddings.Shape, Is.EqualTo(Shape.Create([2, 16])));
        named.Load(Path.Combine(result.Checkpoint, "ema.safetensors"));
        double[] average = named["visual_projection.weight"].Value.ToDoubles();
        double[] exported = store["visual_projection.weight"].Value.ToDoubles();
        for (int i = 0; i < average.Length; i++)
            Assert.That(exported[i], Is.EqualTo(average[i]).Within(Math.Abs(average[i]) / 1024));
    }

    [TestCase("dino", """{"loss": {"views": 3}}""", "views"), TestCase("dino", """{"model": {"heads": 3}}""", "heads")]
    [TestCase("dino", """{"world": {"individuals": 1}}""", "peers"), TestCase("clip", """{"model": {"vision": {"patch_size": 7}}}""", "patch_size")]
    [TestCase("clip", """{"loss": {"views": 1, "same_subject": 1}}""", "same_subject"), TestCase("clip", """{"model": {"width": 3}}""", "width")]
    public void What_does_not_fit_is_refused_by_its_key(string stage, string json, string key)
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => TinyNano.Go(stage, json, folder.File("run")), Throws.InstanceOf<SutiException>().With.Message.Contains(key));
        Assert.That(() => NanoStages.Named("clop"), Throws.InstanceOf<SutiException>().With.Message.Contains("clip, dino"));
    }

    static Tensor Shown(string folder, int size)
    {
        byte[] pixels = new byte[size * size * 3];
        new Random(5).NextBytes(pixels);
        return PreprocessorConfig.Read(JsonConfig.Open(Path.Combine(folder, "preprocessor_config.json")))
            .Apply(new Image(size, size, 3, pixels));
    }
}
