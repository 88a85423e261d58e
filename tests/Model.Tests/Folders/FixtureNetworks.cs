using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Conversion;
using SuTI.Model.Folders.Inspection;

namespace SuTI.Model.Tests.Folders;

/// <summary>Every network among the fixtures, alone or part of a pipeline.</summary>
static class FixtureNetworks
{
    public static IEnumerable<TestCaseData> Cases() => FixtureFolder.Find("")
        .SelectMany(folder => Directory.GetFiles(folder, "config.json", SearchOption.AllDirectories).Order())
        .Select(file => Path.GetDirectoryName(file)!)
        .Select(folder => new TestCaseData(folder)
            .SetArgDisplayNames(Path.GetRelativePath(FixtureFolder.Root, folder)));

    /// <summary>Declares the network of a folder and loads it, in whichever names its weights have.</summary>
    public static LoadReport Load(string folder, ParameterStore store)
    {
        var part = ModelFolder.Open(folder).Parts.Single();
        using var weights = part.OpenWeights();
        using var view = NamedNetwork.Of(weights)?.View(weights, NameStyle.Library, part.OpenConfig()) ?? weights;
        var network = KnownNetworks.Declare(part.ClassName, store.Root, part.OpenConfig(),
            [.. view.Entries.Select(entry => entry.Name)]);
        Assert.That(network, Is.Not.Null, $"no network is of the class {part.ClassName}");
        return store.Load(view, new() { Rename = network!.Rename });
    }

    public static void AssertEqual(ParameterStore found, ParameterStore expected)
    {
        Assert.That(found.Parameters.Select(parameter => parameter.Path),
            Is.EqualTo(expected.Parameters.Select(parameter => parameter.Path)));
        foreach (var parameter in expected.Parameters)
        {
            Assert.That(found[parameter.Path].Value.ToArray<float>().AsSpan()
                .SequenceEqual(parameter.Value.ToArray<float>()), parameter.Path);
        }
    }
}
