using System.Text;
using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

public class StageConfigTests : LeakCheck
{
    [Test]
    public void What_is_not_given_has_its_default_and_the_resolved_text_gives_the_same_again()
    {
        var (config, read) = Read("""{"training": {"steps": 50, "optimizer": {"name": "sgd", "momentum": 0.5}}}""");
        var (again, same) = Read(config.ToJson());
        Assert.Multiple(() =>
        {
            Assert.That(read.Steps, Is.EqualTo(50));
            Assert.That(read.BatchSize, Is.EqualTo(16));
            Assert.That(read.Optimizer, Is.EqualTo(new OptimizerConfig("sgd", 1e-4, 0.5, WeightDecay: 0)));
            Assert.That(read.Schedule, Is.EqualTo(new ConstantSchedule(1e-4)));
            Assert.That(same, Is.EqualTo(read));
            Assert.That(again.ToJson(), Is.EqualTo(config.ToJson()));
            Assert.That(config.ToJson(), Does.Contain("\"momentum\": 0.5").And.Contain("\"clip_norm\": 1"));
        });
    }

    [TestCase("""{"training": {"stesp": 1}}""", "training.stesp", "training.steps")]
    [TestCase("""{"training": {"optimizer": {"learning_rat": 1}}}""", "training.optimizer.learning_rat", "training.optimizer.learning_rate")]
    [TestCase("""{"learning_rate": 1}""", "learning_rate", "training.optimizer.learning_rate")]
    [TestCase("""{"trainign": {"steps": 1}}""", "trainign", "training")]
    [TestCase("""{"training": {"optimizer": {"name": "sgd", "beta2": 0.9}}}""", "training.optimizer.beta2", null)]
    [TestCase("""{"training": {"qqqqqqqqqq": 1}}""", "training.qqqqqqqqqq", null)]
    public void Unknown_keys_are_refused_with_the_nearest_known_one(string json, string unknown, string? nearest)
        => Assert.That(() => Read(json), Throws.TypeOf<SutiException>().With.Message.Contains($"'{unknown}'")
            .And.Message.Contains(nearest is null ? "known; found" : $"did you mean '{nearest}'?"));

    [TestCase("""{"training": {"steps": 0}}""", "training, steps", "at least 1", "0")]
    [TestCase("""{"training": {"batch_size": 1048577}}""", "batch_size", "1 to 1048576", "1048577")]
    [TestCase("""{"training": {"batch_size": 1048576, "accumulation": 65536}}""", "accumulation", "2^31", "times")]
    [TestCase("""{"training": {"ema": {"decay": 1}}}""", "decay", "0 to 0.9999999", "1")]
    [TestCase("""{"training": {"clip_norm": -1}}""", "clip_norm", "at least 0", "-1")]
    [TestCase("""{"training": {"clip_norm": "1"}}""", "clip_norm", "a number", "'1'")]
    [TestCase("""{"training": {"steps": 1.5}}""", "steps", "a whole number", "1.5")]
    [TestCase("""{"training": {"optimizer": {"name": "adanw"}}}""", "name", "adamw, adam", "did you mean 'adamw'?")]
    [TestCase("""{"training": 3}""", "training", "an object", "3")]
    public void Values_out_of_range_are_refused_with_the_range(string json, params string[] parts)
    {
        var failure = Assert.Throws<SutiException>(() => Read(json))!;
        foreach (string part in parts)
            Assert.That(failure.Message, Does.Contain(part));
    }

    [TestCase("adamw", typeof(AdamW))]
    [TestCase("adam", typeof(Adam))]
    [TestCase("adafactor", typeof(Adafactor))]
    [TestCase("sgd", typeof(Sgd))]
    public void Optimizers_are_made_by_name(string name, Type type)
    {
        using var store = new ParameterStore();
        _ = new Linear(store.Root["a"], 3, 2);
        var (_, read) = Read("""{"training": {"optimizer": {"name": "NAME"}}}""".Replace("NAME", name, StringComparison.Ordinal));
        using var optimizer = read.Optimizer.Create(store.Trainable);
        Assert.That(optimizer, Is.TypeOf(type));
    }

    [Test]
    public void A_falling_schedule_ends_with_the_run_unless_it_is_told_otherwise()
    {
        Assert.That(Read("""{"training": {"steps": 7, "schedule": {"name": "cosine"}}}""").Training.Schedule,
            Is.EqualTo(new CosineSchedule(1e-4, 7)));
        Assert.That(Read("""{"training": {"steps": 7, "schedule": {"name": "linear", "total_steps": 9, "warmup_steps": 2}}}""")
            .Training.Schedule, Is.EqualTo(new LinearSchedule(1e-4, 9, 2)));
    }

    [Test]
    public void Lists_and_texts_are_read_and_checked()
    {
        var config = StageConfig.Parse("""{"widths": [4, 8], "prompts": ["a"], "x": "y"}"""u8.ToArray(), "c.json");
        Assert.That(config.Sizes("widths", [1], "", most: 8), Is.EqualTo(new[] { 4, 8 }));
        Assert.That(config.Sizes("depths", [3], ""), Is.EqualTo(new[] { 3 }));
        Assert.That(config.Texts("prompts", ""), Is.EqualTo(new[] { "a" }));
        Assert.That(config.Text("x", "z", ""), Is.EqualTo("y"));
        config.Finish();
        Assert.That(() => config.Sizes("widths", [1], "", most: 7), Throws.TypeOf<SutiException>().With.Message.Contains("8"));
        Assert.That(() => config.Texts("prompts", "", most: 0), Throws.TypeOf<SutiException>());
    }

    static (StageConfig Config, TrainingConfig Training) Read(string json)
    {
        var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "c.json");
        var training = TrainingConfig.Read(config.Section("training"));
        config.Finish();
        return (config, training);
    }
}
