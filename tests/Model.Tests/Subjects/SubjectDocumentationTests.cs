using SuTI.Model.Nano;
using SuTI.Model.Subjects;
using SuTI.Model.Tests.Nano;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Subjects;

/// <summary>docs/apprentice.md lists the keys of the stages that draw as they are declared.</summary>
public class SubjectDocumentationTests : LeakCheck
{
    [TestCase("base"), TestCase("apprentice")]
    public void Every_key_is_in_the_documentation_as_it_is_declared(string name)
    {
        var config = StageConfig.Empty("c.json");
        Recipe(name).Create(config, new(1, 16), Device.Cpu).Dispose();
        string[] lines = [.. config.Keys.OrderBy(key => key.Path, StringComparer.Ordinal)
            .Select(key => $"| `{key.Path}` | {key.Kind} | `{key.Default}` | {key.Range} | {key.Meaning} |\n")];
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "apprentice.md"));
        // The table is the apprentice's; a base has some of its keys.
        Assert.That(lines.Where(line => !document.Contains(line, StringComparison.Ordinal)), Is.Empty, string.Concat(lines));
    }

    [TestCase("base", "base"), TestCase("base-finish", "base"), TestCase("demonstrations", "apprentice"), TestCase("grown", "apprentice"), TestCase("closer", "apprentice"), TestCase("apprentice", "apprentice")]
    public void The_recipe_is_a_configuration_of_its_stage(string name, string stage)
    {
        var config = StageConfig.Open(Path.Combine(Repository.Root, "models", "recipes", $"{name}.json"));
        var training = TrainingConfig.Read(config.Section("training"));
        using var made = Recipe(stage).Create(config, training, Device.Cpu);
        config.Finish();
        Assert.That(made.Name, Is.EqualTo(stage));
    }

    static TrainingRecipe Recipe(string name) => SubjectStages.All.Single(stage => stage.Name == name);
}
