using System.Text.Json;

namespace SuTI.Model.Tests.Diffusion;

/// <summary>Folders whose cases.json lists several cases.</summary>
static class FixtureCases
{
    /// <summary>(folder, case) of every folder of a kind.</summary>
    public static IEnumerable<TestCaseData> Of(string kind)
    {
        foreach (string folder in FixtureFolder.Find(kind))
        {
            foreach (var option in Read(folder).EnumerateObject())
            {
                yield return new TestCaseData(folder, option.Name)
                    .SetArgDisplayNames(Path.GetFileName(folder), option.Name);
            }
        }
    }

    public static FixtureCase Open(string folder, string name)
        => new(folder, name, Read(folder).GetProperty(name), DType.Float32);

    public static JsonElement Options(string folder, string name) => Read(folder).GetProperty(name);

    static JsonElement Read(string folder)
    {
        // Python writes numbers without bound in a way that is no JSON.
        string text = File.ReadAllText(Path.Combine(folder, "cases.json"))
            .Replace(": -Infinity", ": -1.7976931348623157E+308", StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
