namespace SuTI.Model.Benchmarks;

/// <summary>All workloads of <c>suti bench</c>, by the names that peers use.</summary>
public static class Workloads
{
    /// <param name="tiny">Shapes so small that an emulated device runs them; they bear their own sizes in their names.</param>
    public static IEnumerable<Workload> All(bool tiny = false) =>
    [
        .. MatrixWorkloads.All(tiny), .. ConvolutionWorkloads.All(tiny), .. AttentionWorkloads.All(tiny), .. RowWorkloads.All(tiny),
        .. OptimizerWorkloads.All(tiny), .. tiny ? [] : UnetWorkloads.All(), .. tiny ? [] : TowerWorkloads.All(),
        .. tiny ? [] : DiffusionWorkloads.All(),
    ];
}
