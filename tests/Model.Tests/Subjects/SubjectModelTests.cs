using System.Text;
using SuTI.Engine.Layers;
using SuTI.Model.Imaging;
using SuTI.Model.Nano;
using SuTI.Model.Subjects;
using SuTI.Model.Text;
using SuTI.Model.Training;
using SuTI.Model.World;

namespace SuTI.Model.Tests.Subjects;

/// <summary>Small models that draw subjects: made by a recipe, trained a few steps, saved, opened, asked for pictures.</summary>
public class SubjectModelTests : LeakCheck
{
    const string Small = """
        {"world": {"size": 16, "targets": 2, "demonstrations": 2},
         "model": {"text": {"width": 32, "layers": 1, "heads": 2}, "unet": {"channels": [32, 32], "head_width": 16, "conditioning": 32, "seam_channels": 4}},
         "training": {"steps": 6, "batch_size": 4, "log_steps": 1, "optimizer": {"learning_rate": 0.002}, "sample_steps": 6, "probe_steps": 6, "ema": {"decay": 0.9}}}
        """;

    static readonly ITokenizer s_tokenizer = NanoTokenizer.Create();

    [Test]
    public void A_saved_model_draws_the_same_pictures([Values] bool isApprentice)
    {
        using var temporary = new TemporaryFolder();
        using var scope = TensorScope.Open("test");
        using var store = new ParameterStore();
        var model = new SubjectModel(store.Root, Recipe(isApprentice).Model, s_tokenizer);
        store.Allocate(3);
        NanoTokenizer.Save(temporary.File("tokenizer"));
        SubjectModelFolder.Save(temporary.File("model"), model, store, temporary.File("tokenizer"), DType.Float32);
        using var loaded = SubjectModelFolder.Open(temporary.File("model"));
        Assert.That(loaded.Weights.Count, Is.EqualTo(store.Count));
        var request = new SubjectRequest("a robot on a beach") { Count = 3, Steps = 3, Seed = 5, Demonstrations = isApprentice ? 2 : 0 };
        var photographs = Enumerable.Range(0, 2).Select(i => new Photograph($"{i}.png", Gradient(i), "a robot")).ToList();
        var before = SubjectDrawing.Draw(model, request, photographs);
        var after = SubjectDrawing.Draw(loaded.Model, request, photographs);
        Assert.That(after.Select(image => image.Bytes.ToArray()), Is.EqualTo(before.Select(image => image.Bytes.ToArray())));
        // A picture is a function of its seed alone.
        var third = SubjectDrawing.Draw(model, request with { Count = 1, Seed = 7 }, photographs).Single();
        Assert.That(third.Bytes.ToArray(), Is.EqualTo(before[2].Bytes.ToArray()));
        if (isApprentice)
        {
            var without = SubjectDrawing.Draw(model, request with { Demonstrations = 0 }, photographs);
            Assert.That(without[0].Bytes.ToArray(), Is.Not.EqualTo(before[0].Bytes.ToArray()));
            Assert.That(() => SubjectDrawing.Draw(model, request with { SubjectGuidance = 3 }, photographs), Throws.Nothing);
        }
        else
        {
            Assert.That(() => SubjectDrawing.Draw(model, request with { Demonstrations = 2 }, photographs),
                Throws.TypeOf<SutiException>().With.Message.Contains("apprentice"));
        }
    }

    [Test]
    public void Without_noise_all_seeds_draw_one_picture_and_with_more_they_part()
    {
        using var temporary = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(temporary, isApprentice: true);
        var request = new SubjectRequest("a robot on a beach") { Count = 2, Steps = 3, Demonstrations = 2 };
        var photographs = Enumerable.Range(0, 2).Select(i => new Photograph($"{i}.png", Gradient(i), "a robot")).ToList();
        byte[][] Draw(double temperature)
            => [.. SubjectDrawing.Draw(loaded.Model, request with { Temperature = temperature }, photographs).Select(image => image.Bytes.ToArray())];
        var (none, little, whole) = (Draw(0), Draw(0.05), Draw(1));
        Assert.That(none[0], Is.EqualTo(none[1]));
        Assert.That(Distance(little), Is.GreaterThan(0).And.LessThan(Distance(whole)));
        Assert.That(() => Draw(1.5), Throws.TypeOf<SutiException>().With.Message.Contains("temperature"));

        static double Distance(byte[][] two) => two[0].Zip(two[1], (a, b) => (double)(a - b) * (a - b)).Sum();
    }

    [Test]
    public void Noise_that_steps_draw_anew_changes_pictures_and_is_drawn_by_default()
    {
        using var temporary = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(temporary, isApprentice: true);
        var request = new SubjectRequest("a robot on a beach") { Count = 1, Steps = 3, Demonstrations = 1 };
        Photograph[] photographs = [new("0.png", Gradient(0), "a robot")];
        byte[] Draw(double eta) => [.. SubjectDrawing.Draw(loaded.Model, request with { Eta = eta }, photographs)[0].Bytes];
        byte[] usual = Draw(request.Eta);
        Assert.That(Draw(1), Is.EqualTo(usual));
        Assert.That(Draw(0), Is.Not.EqualTo(usual));
        Assert.That(() => Draw(-1), Throws.TypeOf<SutiException>().With.Message.Contains("eta"));
    }

    [Test]
    public void A_stage_learns_and_is_resumed_to_the_same_bits([Values] bool isApprentice)
    {
        using var temporary = new TemporaryFolder();
        var whole = Train(temporary.File("whole"), isApprentice, 6);
        Train(temporary.File("parts"), isApprentice, 2);
        Assert.That(Train(temporary.File("parts"), isApprentice, 6), Is.EqualTo(whole));
        string metrics = File.ReadAllText(Path.Combine(temporary.File("whole"), "metrics.jsonl"));
        Assert.That(metrics, Does.Contain(isApprentice ? "wrong_t95" : "error_t95"));
        Assert.That(Directory.EnumerateFiles(Path.Combine(temporary.File("whole"), "samples"), "*.png", SearchOption.AllDirectories), Is.Not.Empty);
    }

    [Test]
    public void World_batches_are_functions_of_the_step_whatever_the_split()
    {
        using var scope = TensorScope.Open("test");
        var data = new WorldSubjects(new SubjectWorld(1), 16, 2, 1, 0, Device.Cpu);
        var whole = data.Batch(new(7, 0, 8, 1));
        var second = data.Batch(new(7, 1, 4, 1));
        Assert.That(second.Targets.ToArray<float>(), Is.EqualTo(whole.Targets.Slice(0, 4, 4).ToArray<float>()));
        Assert.That(second.Prompts, Is.EqualTo(whole.Prompts.Skip(4)));
        Assert.That(data.Batch(new(8, 0, 8, 1)).Targets.ToArray<float>(), Is.Not.EqualTo(whole.Targets.ToArray<float>()));
        Assert.That(() => data.Batch(new(7, 0, 3, 1)), Throws.TypeOf<SutiException>().With.Message.Contains("multiple of 2"));
    }

    [Test]
    public void Layers_that_run_again_on_the_way_back_give_the_same_gradients_and_keep_less()
    {
        using var store = new ParameterStore();
        var model = new SubjectModel(store.Root, Recipe(isApprentice: true).Model, s_tokenizer);
        store.Allocate(3);
        var (kept, most) = Gradients(recomputes: false);
        var (again, less) = Gradients(recomputes: true);
        Assert.That(again.Keys, Is.EquivalentTo(kept.Keys));
        foreach (var (path, gradient) in kept)
        {
            // Only the order in which parts of a gradient are added differs.
            double size = Math.Max(1e-3, gradient.Max(MathF.Abs));
            Assert.That(again[path].Zip(gradient, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-5 * size), path);
        }
        Assert.That(less, Is.LessThan(0.8 * most));

        (Dictionary<string, float[]> Gradients, long Bytes) Gradients(bool recomputes)
        {
            using var scope = TensorScope.Open("test");
            model.Unet.Recomputes = recomputes;
            var texts = model.Encode(["a robot", "a dog"]);
            var noisy = Tensor.Normal([2, 16, 16, 3], new RandomKey(1, 1));
            var read = model.Read(Tensor.Normal([4, 16, 16, 3], new RandomKey(1, 2)), model.Encode(["a", "b", "c", "d"]), Tensor.Ones([2, 2], DType.Bool));
            long before = Device.Cpu.Memory.LiveBytes;
            var loss = model.Predict(noisy, [0.3, 0.8], texts, read).Square().Mean();
            long bytes = Device.Cpu.Memory.LiveBytes - before;
            loss.Backward();
            var gradients = store.Parameters.Where(parameter => parameter.Gradient is not null)
                .ToDictionary(parameter => parameter.Path, parameter => parameter.Gradient!.ToArray<float>());
            store.ClearGradients();
            return (gradients, bytes);
        }
    }

    [Test]
    public void A_folder_of_photographs_is_one_subject()
    {
        using var temporary = new TemporaryFolder();
        Assert.That(() => Photographs.Read(temporary.Root), Throws.TypeOf<SutiException>().With.Message.Contains("a subject needs a photograph"));
        ImageFile.WritePng(temporary.File("b.png"), Gradient(1));
        ImageFile.WritePng(temporary.File("a.png"), Gradient(0));
        temporary.File("a.txt", " a red robot \n");
        ImageFile.WritePng(temporary.File("tiny.png"), new Image(3, 300, 3));
        temporary.File("broken.jpg", "this is no picture");
        var read = Photographs.Read(temporary.Root, "a thing");
        Assert.That(read.All.Select(photograph => photograph.Caption), Is.EqualTo(new[] { "a red robot", "a thing" }));
        Assert.That(read.Skipped, Has.Count.EqualTo(2));
        Assert.That(read.Skipped, Has.Some.Contains("3x300"));
        temporary.File("a.txt", new string('x', 5000));
        Assert.That(() => Photographs.Read(temporary.Root), Throws.TypeOf<SutiException>().With.Message.Contains("too long for a caption"));
    }

    static string Train(string folder, bool isApprentice, int steps)
    {
        string json = Small.Replace("\"steps\": 6,", $"\"steps\": {steps},", StringComparison.Ordinal);
        if (!isApprentice)
            json = json.Replace(", \"targets\": 2, \"demonstrations\": 2", "", StringComparison.Ordinal);
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "small");
        var training = TrainingConfig.Read(config.Section("training"));
        var recipe = SubjectRecipe.Read(config, s_tokenizer, isApprentice);
        config.Finish();
        using var scope = TensorScope.Open("test");
        var store = new ParameterStore();
        var model = new SubjectModel(store.Root, recipe.Model, s_tokenizer);
        var data = new WorldSubjects(new SubjectWorld(1), recipe.Size, recipe.Targets, recipe.Demonstrations, recipe.Pose, Device.Cpu);
        string name = isApprentice ? "apprentice" : "base";
        using var run = RunFolder.Open(folder, name, config);
        using var stage = new SubjectStage(name, model, store, data, recipe.Options);
        using var trainer = new Trainer(stage, training, run);
        var result = trainer.Run();
        Assert.That(result.Step, Is.EqualTo(steps));
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(
            File.ReadAllBytes(Path.Combine(result.Checkpoint, "weights.safetensors"))));
    }

    static SubjectRecipe Recipe(bool isApprentice)
    {
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(Small), "small");
        TrainingConfig.Read(config.Section("training"));
        var recipe = SubjectRecipe.Read(config, s_tokenizer, isApprentice);
        return recipe;
    }

    static Image Gradient(int shade)
    {
        var image = new Image(24, 16, 3);
        for (int i = 0; i < image.Bytes.Length; i++)
            image.Bytes[i] = (byte)((i * 7) + (shade * 40));
        return image;
    }
}
