using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Experts;

/// <summary>How far a worker is.</summary>
/// <param name="Cluster">At hand; 0 while it waits for others.</param>
/// <param name="Step">Of tuning.</param>
/// <param name="Steps">All steps of tuning.</param>
/// <param name="Stage">Of all workers.</param>
public sealed record ExpertProgress(long Cluster, int Step, int Steps, StageProgress Stage);

/// <summary>What a worker has done.</summary>
/// <param name="Experts">Tuned by this worker.</param>
/// <param name="Pictures">Drawn by this worker.</param>
/// <param name="Lost">Clusters that another worker took over because this one was late.</param>
/// <param name="TuningSeconds">Together.</param>
/// <param name="DrawingSeconds">Together.</param>
/// <param name="Stage">Of all workers, at the end.</param>
public sealed record ExpertSummary(int Experts, int Pictures, int Lost, double TuningSeconds, double DrawingSeconds, StageProgress Stage);
