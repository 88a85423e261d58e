using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Inspection;
using SuTI.Model.Imaging;
using SuTI.Model.Nano;
using SuTI.Model.Subjects;
using SuTI.Model.Tests.Nano;
using SuTI.Model.Tests.Training;
using SuTI.Model.Text;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Subjects;

/// <summary>Small upscalers: made by a recipe, trained a few steps, saved, opened, asked for pictures.</summary>
public class UpscalerTests : LeakCheck
{
    const string Small = """
        {"world": {"size": 32}, "model": {"unet": {"channels": [32, 32], "patch": 4, "conditioning": 32, "head_width": 16}, "text": {"width": 32}},
         "training": {"steps": 6, "batch_size": 4, "accumulation": 2, "log_steps": 1, "optimizer": {"learning_rate": 0.002}, "sample_steps": 6,
         "probe_steps": 3, "ema": {"decay": 0.9}, "checkpoint_minutes": 0}}
        """;

    static readonly ITokenizer s_tokenizer = NanoTokenizer.Create();

    [Test]
    public void Every_parameter_learns_from_the_first_step_on([Values] bool readsText)
    {
        using var scope = TensorScope.Open("test");
        using var stage = Stage(With(readsText));
        stage.Parameters.Allocate(1);
        var loss = stage.Loss(new(0, 0, 4, 1)).Value;
        Assert.That(loss.Item(), Is.InRange(0.05, 20));
        loss.Backward();
        string[] without = [.. stage.Parameters.Trainable.Where(parameter => parameter.Gradient is not { } gradient
            || gradient.ToDoubles().All(value => value == 0)).Select(parameter => parameter.Path)];
        Assert.That(without, Is.Empty);
    }

    [Test]
    public void A_run_stopped_at_any_step_goes_on_to_the_same_bits([Values] bool readsText)
    {
        using var folder = new TemporaryFolder();
        string json = With(readsText);
        var whole = Train(json, folder.File("straight"));
        Assert.That(Train(json, folder.File("stopped"), stopAfter: 2).Step, Is.EqualTo(2));
        var second = Train(json, folder.File("stopped"));
        Assert.That(TinyRun.Curve(folder.File("stopped")), Is.EqualTo(TinyRun.Curve(folder.File("straight"))));
        Assert.That(TinyRun.Tensors(second), Is.EqualTo(TinyRun.Tensors(whole)));
        string metrics = File.ReadAllText(folder.File("straight/metrics.jsonl"));
        Assert.That(metrics, Does.Contain("\"soft_drawn\"").And.Contain("\"expected\"").And.Contain("\"details_t70\""));
        Assert.That(Directory.EnumerateFiles(folder.File("straight/samples"), "*.png", SearchOption.AllDirectories), Is.Not.Empty);
    }

    [Test]
    public void Details_are_learnt()
    {
        using var folder = new TemporaryFolder();
        string json = Small.Replace("\"steps\": 6,", "\"steps\": 200,", StringComparison.Ordinal).Replace("\"accumulation\": 2", "\"accumulation\": 1", StringComparison.Ordinal)
            .Replace("\"probe_steps\": 3", "\"probe_steps\": 20", StringComparison.Ordinal).Replace("\"sample_steps\": 6", "\"sample_steps\": 0", StringComparison.Ordinal)
            .Replace("\"batch_size\": 4", "\"batch_size\": 16", StringComparison.Ordinal);
        Train(json, folder.Root);
        var lines = MetricsFile.Read(folder.File("metrics.jsonl")).SelectMany(line => line.Values).ToList();
        foreach (string metric in (string[])["details_t40", "soft_details_t40"])
        {
            double[] values = [.. lines.Where(value => value.Key == metric).Select(value => value.Value)];
            Assert.That(values, Has.Length.EqualTo(10));
            Assert.That(values[^1], Is.LessThan(0.8 * values[0]), metric);
        }
    }

    [Test]
    public void A_saved_model_draws_the_same_pictures_and_each_alone([Values] bool readsText)
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        var model = new Upscaler(store.Root, Recipe(With(readsText)).Model, s_tokenizer);
        store.Allocate(3);
        NanoTokenizer.Save(folder.File("tokenizer"));
        UpscalerFolder.Save(folder.File("model"), model, store, folder.File("tokenizer"), DType.Float32);
        using var loaded = UpscalerFolder.Open(folder.File("model"));
        Assert.That(loaded.Weights.Count, Is.EqualTo(store.Count));
        Assert.That(loaded.Model.Config with { Unet = model.Config.Unet }, Is.EqualTo(model.Config));
        var images = Enumerable.Range(0, 11).Select(i => Shaded(i)).ToList();
        var before = SubjectUpscaler.Draw(model, images, "a robot on a beach", ulong.MaxValue - 3, new() { Steps = 3 });
        var after = SubjectUpscaler.Draw(loaded.Model, images, "a robot on a beach", ulong.MaxValue - 3, new() { Steps = 3 });
        Assert.That(after.Select(Bytes), Is.EqualTo(before.Select(Bytes)));
        Assert.That(before.Select(image => (image.Width, image.Height)), Is.All.EqualTo((32, 32)));
        // The tenth, of another batch, and the fifth, whose seed is behind the end of seeds.
        Assert.That(Bytes(SubjectUpscaler.Draw(model, [images[9]], "a robot on a beach", 5, new() { Steps = 3 }).Single()), Is.EqualTo(Bytes(before[9])));
        Assert.That(Bytes(SubjectUpscaler.Draw(model, [images[4]], "a robot on a beach", 0, new() { Steps = 3 }).Single()), Is.EqualTo(Bytes(before[4])));
        Assert.That(Bytes(SubjectUpscaler.Draw(model, [images[4]], "a robot on a beach", 1, new() { Steps = 3 }).Single()), Is.Not.EqualTo(Bytes(before[4])));
        var other = SubjectUpscaler.Draw(model, [images[4]], "a red boat", 0, new() { Steps = 3 }).Single();
        Assert.That(Bytes(other).AsSpan().SequenceEqual(Bytes(before[4])), Is.EqualTo(!readsText));
        var part = ModelFolder.Open(folder.File("model"))["unet"];
        using var named = new ParameterStore();
        KnownNetworks.Load(part, named);
    }

    [Test]
    public void A_picture_with_its_own_details_is_itself_whatever_the_noise()
    {
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        var model = new Upscaler(store.Root, Recipe(Small).Model, null);
        var large = Tensor.Uniform([3, 32, 32, 3], RandomKey.For("large", 1));
        var small = large.Resize(16, 16, Resampling.Area);
        var noise = Tensor.Normal(small.Shape, RandomKey.For("noise", 1));
        double[] levels = [0, 0.1, 0.2];
        var enlarged = model.Enlarge(small, noise, levels);
        float[] back = enlarged.With(enlarged.Details(large)).ToArray<float>(), expected = large.ToArray<float>();
        for (int i = 0; i < back.Length; i++)
            Assert.That(back[i], Is.EqualTo(expected[i]).Within(2e-6));
        // Without noise it is the bicubic enlargement, to the bit.
        Assert.That(enlarged.Pixels.Slice(0, 0, 1).ToArray<float>(), Is.EqualTo(small.Slice(0, 0, 1).Resize(32, 32, Resampling.Bicubic).ToArray<float>()));
        Assert.That(enlarged.Deviations[0], Is.EqualTo(model.Config.Deviation));
        Assert.That(enlarged.Deviations[2], Is.GreaterThan(enlarged.Deviations[1]));
        Assert.That(() => model.Enlarge(small, noise, [0, 0.1, 0.3]), Throws.TypeOf<SutiException>().With.Message.Contains("0 to 0.2"));
        Assert.That(() => model.Enlarge(large, noise, levels), Throws.InstanceOf<SutiException>().With.Message.Contains("(3, 16, 16, 3)"));
    }

    [Test]
    public void Models_that_do_not_fit_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var store = new ParameterStore();
        var config = Recipe(Small).Model;
        Assert.That(() => new Upscaler(store.Root, config with { Unet = config.Unet with { InChannels = 3 } }, null), Throws.TypeOf<SutiException>().With.Message.Contains("9 channels"));
        Assert.That(() => new Upscaler(store.Root, config with { Unet = config.Unet with { SampleSize = null } }, null), Throws.TypeOf<SutiException>().With.Message.Contains("how large"));
        Assert.That(() => new Upscaler(store.Root, Recipe(With(true)).Model, null), Throws.TypeOf<SutiException>().With.Message.Contains("no tokenizer"));
        var model = new Upscaler(store.Root, config, null);
        store.Allocate(1);
        UpscalerFolder.Save(folder.File("model"), model, store);
        string schedule = folder.File("model/scheduler/scheduler_config.json"), text = File.ReadAllText(schedule);
        foreach (var (from, to, message) in ((string, string, string)[])[("\"deviation\": 0.1", "\"deviation\": 0", "more than 0"),
            ("\"largest_augmentation\": 0.2", "\"largest_augmentation\": 1", "less than 1"), ("\"sample\"", "\"simple\"", "v_prediction")])
        {
            Assert.That(text, Does.Contain(from));
            File.WriteAllText(schedule, text.Replace(from, to, StringComparison.Ordinal));
            Assert.That(() => UpscalerFolder.Open(folder.File("model")), Throws.TypeOf<SutiException>().With.Message.Contains(message));
        }
        Assert.That(() => SubjectModelFolder.Open(folder.File("model")), Throws.TypeOf<SutiException>().With.Message.Contains(SubjectModelFolder.ClassName));
        Assert.That(() => Recipe("""{"model": {"unet": {"channels": [40]}}}"""), Throws.TypeOf<SutiException>().With.Message.Contains("multiples of 16"));
        Assert.That(() => Recipe("""{"world": {"size": 100}}"""), Throws.TypeOf<SutiException>().With.Message.Contains("divide by patch"));
    }

    [Test]
    public void Every_key_is_in_the_documentation_and_the_recipe_is_a_configuration()
    {
        var config = StageConfig.Parse("""{"model": {"text": {"layers": 1}}}"""u8.ToArray(), "c.json");
        UpscalerRecipe.Read(config, s_tokenizer);
        string table = "| key | kind | default | range | meaning |\n| --- | --- | --- | --- | --- |\n"
            + string.Concat(config.Keys.OrderBy(key => key.Path, StringComparer.Ordinal)
                .Select(key => $"| `{key.Path}` | {key.Kind} | `{key.Default}` | {key.Range} | {key.Meaning} |\n"));
        Assert.That(File.ReadAllText(Path.Combine(Repository.Root, "docs", "upscaling.md")), Does.Contain(table), table);
        var recipe = StageConfig.Open(Path.Combine(Repository.Root, "models", "recipes", "sr.json"));
        var training = TrainingConfig.Read(recipe.Section("training"));
        SubjectStages.All.Single(stage => stage.Name == "sr").Create(recipe, training, Device.Cpu).Dispose();
        recipe.Finish();
    }

    static string With(bool text) => text ? Small.Replace("\"text\": {", "\"text\": {\"layers\": 1, ", StringComparison.Ordinal) : Small;

    static TrainingResult Train(string json, string path, int stopAfter = 0)
    {
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "small.json");
        var training = TrainingConfig.Read(config.Section("training"));
        using var stage = SubjectStages.All.Single(stage => stage.Name == "sr").Create(config, training, Device.Cpu);
        config.Finish();
        using var folder = RunFolder.Open(path, stage.Name, config);
        using var stop = new CancellationTokenSource();
        using var trainer = new Trainer(stage, training, folder, new()
        {
            Progress = progress =>
            {
                if (progress.Step == stopAfter)
                    stop.Cancel();
            },
        });
        return trainer.Run(stop.Token);
    }

    static IExportingStage Stage(string json)
    {
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "small.json");
        return SubjectStages.All.Single(stage => stage.Name == "sr").Create(config, TrainingConfig.Read(config.Section("training")), Device.Cpu);
    }

    static UpscalerRecipe Recipe(string json) => UpscalerRecipe.Read(StageConfig.Parse(Encoding.UTF8.GetBytes(json), "small.json"), s_tokenizer);

    static byte[] Bytes(Image image) => image.Bytes.ToArray();

    static Image Shaded(int shade)
    {
        var image = new Image(16, 16, 3);
        for (int i = 0; i < image.Bytes.Length; i++)
            image.Bytes[i] = (byte)((i * 7) + (shade * 40));
        return image;
    }
}
