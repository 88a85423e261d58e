using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>Where a workload runs, and in which type its tensors are stored.</summary>
public sealed record BenchPlace(Device Device, DType DType = DType.Float32);
