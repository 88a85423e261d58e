using SuTI.Model.Nano;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Nano;

/// <summary>docs/nano.md lists the keys of the stages as they are declared.</summary>
public class NanoDocumentationTests : LeakCheck
{
    [TestCase("clip"), TestCase("dino")]
    public void Every_key_is_in_the_documentation_as_it_is_declared(string name)
    {
        var config = StageConfig.Empty("c.json");
        NanoStages.Named(name).Create(config, new(1, 16), Device.Cpu).Dispose();
        string table = "| key | kind | default | range | meaning |\n| --- | --- | --- | --- | --- |\n"
            + string.Concat(config.Keys.OrderBy(key => key.Path, StringComparer.Ordinal)
                .Select(key => $"| `{key.Path}` | {key.Kind} | `{key.Default}` | {key.Range} | {key.Meaning} |\n"));
        Assert.That(File.ReadAllText(Path.Combine(Repository.Root, "docs", "nano.md")), Does.Contain(table), table);
    }

    [TestCase("clip"), TestCase("dino")]
    public void The_recipe_is_a_configuration_of_its_stage(string name)
    {
        var config = StageConfig.Open(Path.Combine(Repository.Root, "models", "recipes", $"{name}.json"));
        var training = TrainingConfig.Read(config.Section("training"));
        NanoStages.Named(name).Create(config, training, Device.Cpu).Dispose();
        config.Finish();
        Assert.That(training.Steps * training.SamplesPerStep, Is.GreaterThan(100_000), "pictures");
    }
}
