using SuTI.Engine;
using SuTI.Model.Training;

namespace SuTI.Model.Subjects;

/// <summary>Subjects of a run and of the drawn world in one batch.</summary>
/// <param name="run">Disposed of with this.</param>
/// <param name="worldShare">Of the subjects of a batch, rounded to whole ones.</param>
/// <param name="probesWorld">Which of the two gives what is held out.</param>
/// <param name="targets">Pictures of a subject in a batch.</param>
sealed class MixedSubjects(RunSubjects run, WorldSubjects world, double worldShare, bool probesWorld, int targets) : ISubjectData, IDisposable
{
    /// <inheritdoc/>
    public SubjectBatch Batch(MicroBatch batch)
    {
        int subjects = batch.Size / targets, drawn = (int)Math.Round(subjects * worldShare);
        if (drawn == 0 || subjects * targets != batch.Size)
            return run.Batch(batch);
        if (drawn == subjects)
            return world.Batch(batch);
        // Each part counts its own samples from the same place in the step.
        using var scope = TensorScope.Open("mixed subjects");
        var first = run.Batch(batch with { Size = (subjects - drawn) * targets });
        var second = world.Batch(batch with { Size = drawn * targets });
        return new(subjects, scope.Keep(Tensor.Concat(0, first.Targets, second.Targets)), [.. first.Prompts, .. second.Prompts],
            first.Demonstrations is null ? null : scope.Keep(Tensor.Concat(0, first.Demonstrations, second.Demonstrations!)), [.. first.Captions, .. second.Captions]);
    }

    /// <inheritdoc/>
    public SubjectBatch HeldOut(int subjects, int demonstrations) => probesWorld ? world.HeldOut(subjects, demonstrations) : run.HeldOut(subjects, demonstrations);

    public void Dispose() => run.Dispose();
}
