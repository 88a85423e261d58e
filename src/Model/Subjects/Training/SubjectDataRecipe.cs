using SuTI.Engine;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Training;
using SuTI.Model.World;

namespace SuTI.Model.Subjects;

/// <summary>Where pictures come from: section <c>data</c> of stages <c>base</c> and <c>apprentice</c>.</summary>
/// <param name="Run">The folder of a run; empty is the drawn world alone.</param>
/// <param name="Targets">What of the run is learnt from.</param>
/// <param name="Threshold">λ; null is the filter's own.</param>
/// <param name="WorldShare">Share of a batch's subjects that the world draws.</param>
/// <param name="ProbesWorld">Whether probes and samples show held-out subjects of the world rather than held-out clusters.</param>
public sealed record SubjectDataRecipe(string Run, RunTargets Targets, double? Threshold, double WorldShare, bool ProbesWorld)
{
    /// <exception cref="SutiException">A value out of its range.</exception>
    public static SubjectDataRecipe Read(StageConfig config, bool isApprentice)
    {
        ArgumentNullException.ThrowIfNull(config);
        string run = isApprentice ? config.Text("run", "", "The folder of a run whose pictures are learnt from; empty is the drawn world alone.") : "";
        if (run.Length == 0)
            return new("", RunTargets.Outputs, null, 1, true);
        var targets = config.Choice("targets", "outputs", "outputs: what experts drew and the filter kept; clusters: the clusters' own pictures, without experts.",
            ("outputs", RunTargets.Outputs), ("clusters", RunTargets.Clusters));
        double threshold = config.Number("threshold", -10, "Pictures with a greater delta-CLIP are learnt from; below −2 is the one that suti filter used last.", -10, 2);
        return new(run, targets, threshold < -2 ? null : threshold,
            config.Number("world_share", 0, "Share of a batch's subjects that the drawn world gives.", 0, 1),
            config.Flag("probe_world", false, "Whether probes and samples show held-out subjects of the drawn world rather than held-out clusters."));
    }

    /// <summary>The pictures. Disposable if a run is open.</summary>
    /// <exception cref="SutiException">No run, or nothing in it to learn from.</exception>
    internal ISubjectData Open(SubjectRecipe recipe, Device device)
    {
        var world = new WorldSubjects(new SubjectWorld(recipe.WorldSeed), recipe.Size, recipe.Targets, recipe.Demonstrations, recipe.Pose, device);
        if (Run.Length == 0)
            return world;
        var catalogue = RunCatalogue.Open(Run);
        try
        {
            return new MixedSubjects(new(catalogue, Targets, Threshold, recipe.Size, recipe.Targets, recipe.Demonstrations, device), world, WorldShare, ProbesWorld, recipe.Targets);
        }
        catch
        {
            catalogue.Dispose();
            throw;
        }
    }
}
