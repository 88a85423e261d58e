namespace SuTI.Model.Benchmarks;

/// <summary>All workloads of <c>suti bench</c>, by the names that peers use.</summary>
public static class Workloads
{
    public static IEnumerable<Workload> All() =>
        [.. MatrixWorkloads.All(), .. ConvolutionWorkloads.All(), .. AttentionWorkloads.All(), .. RowWorkloads.All(), .. UnetWorkloads.All()];
}
