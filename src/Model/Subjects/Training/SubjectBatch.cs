using SuTI.Engine;
using SuTI.Model.Training;

namespace SuTI.Model.Subjects;

/// <summary>Pictures to learn from: some subjects, each with demonstrations and with targets.</summary>
/// <param name="Subjects">G</param>
/// <param name="Targets">(G · T, H, W, 3) of −1…1, those of a subject beside each other.</param>
/// <param name="Prompts">Of each target.</param>
/// <param name="Demonstrations">(G · K, H, W, 3) of −1…1; null if K is 0.</param>
/// <param name="Captions">Of each demonstration.</param>
public sealed record SubjectBatch(int Subjects, Tensor Targets, IReadOnlyList<string> Prompts, Tensor? Demonstrations,
    IReadOnlyList<string> Captions)
{
    /// <summary>T</summary>
    public int TargetsEach => Targets.Shape[0] / Subjects;

    /// <summary>K</summary>
    public int DemonstrationsEach => Captions.Count / Subjects;
}

/// <summary>Where a training's pictures come from: functions of the step alone, so that a run can be resumed anywhere.</summary>
public interface ISubjectData
{
    /// <summary>So many targets in all, from the batch's place in its step; in the scope that is open.</summary>
    SubjectBatch Batch(MicroBatch batch);

    /// <summary>Subjects that are never learnt from, always the same.</summary>
    /// <param name="demonstrations">Of each.</param>
    SubjectBatch HeldOut(int subjects, int demonstrations);
}
