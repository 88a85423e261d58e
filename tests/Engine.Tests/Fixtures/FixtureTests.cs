using System.Text.Json;

namespace SuTI.Engine.Tests.Fixtures;

/// <summary>Runs every case of every folder whose kind is known, in f32 and in f64.</summary>
[Category("Fixtures")]
public class FixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Cases()
    {
        foreach (string folder in FixtureFolder.Find("").Where(folder => FixtureKinds.Rule(folder) is not null))
        {
            string file = Path.Combine(folder, "cases.json");
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var option in document.RootElement.EnumerateObject())
            {
                foreach (var dtype in new[] { DType.Float32, DType.Float64 })
                {
                    yield return new TestCaseData(folder, option.Name, dtype)
                        .SetArgDisplayNames(Path.GetFileName(folder), option.Name, dtype.Label());
                }
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Case(string folder, string name, DType dtype)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        using var scope = TensorScope.Open("fixture");
        using var fixture = new FixtureCase(folder, name, document.RootElement.GetProperty(name), dtype);
        FixtureKinds.Rule(folder)!(fixture);
        fixture.Finish();
    }

    [Test]
    public void Kinds_without_a_rule_are_listed()
    {
        var unknown = FixtureFolder.Find("").Where(folder => !FixtureKinds.IsKnown(folder)).ToList();
        string names = string.Join(", ", unknown.Select(Path.GetFileName));
        // As a skipped test, because that is what every runner prints with its reason.
        if (unknown.Count > 0)
            Assert.Ignore($"{unknown.Count} fixtures are of kinds that have no rule yet: {names}");
    }
}
