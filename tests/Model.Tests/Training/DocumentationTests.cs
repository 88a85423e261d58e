using System.Text;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Training;

/// <summary>docs/training.md lists the keys as they are declared.</summary>
public class DocumentationTests
{
    [Test]
    public void Every_key_is_in_the_documentation_as_it_is_declared()
    {
        var keys = new List<ConfigKey>();
        foreach (string json in (string[])["{}", """{"training": {"optimizer": {"name": "sgd"}, "schedule": {"name": "cosine"}}}"""])
        {
            var config = StageConfig.Parse(Encoding.UTF8.GetBytes(json), "c.json");
            TrainingConfig.Read(config.Section("training"));
            keys.AddRange(config.Keys);
        }
        string table = "| key | kind | default | range | free | meaning |\n| --- | --- | --- | --- | --- | --- |\n"
            + string.Concat(keys.DistinctBy(key => key.Path).OrderBy(key => key.Path, StringComparer.Ordinal).Select(Row));
        string file = File.ReadAllText(Path.Combine(Root(), "docs", "training.md"));
        Assert.That(file, Does.Contain(table), table);
    }

    static string Row(ConfigKey key)
        => $"| `{key.Path["training.".Length..]}` | {key.Kind} | `{key.Default}` | {key.Range} | {(key.IsFree ? "yes" : "")} | {key.Meaning} |\n";

    static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "SuTI.sln")))
                return at.FullName;
        }
        throw new DirectoryNotFoundException("SuTI.sln is not above the tests.");
    }
}
