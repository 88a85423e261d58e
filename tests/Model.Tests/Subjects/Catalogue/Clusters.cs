using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Tests.Subjects;

/// <summary>Clusters for tests.</summary>
static class Clusters
{
    internal static Cluster Make(long id) => new(id, $"https://page.example/{id}", "red robot", "robot", 0.9,
        [.. Enumerable.Range(0, 3).Select(i => new ClusterImage($"clusters/{id}-{i}.png", $"f{id}{i}", $"p{id}{i}", $"a robot {i}", $"images/{id}-{i}.png"))]);

    internal static void Add(RunCatalogue run, int count, long from = 1) => run.InTransaction(() =>
    {
        for (long id = from; id < from + count; id++)
            run.Clusters.Add(Make(id));
    });
}
