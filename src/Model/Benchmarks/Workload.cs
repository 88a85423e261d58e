namespace SuTI.Model.Benchmarks;

/// <summary>A named piece of work whose speed is of interest.</summary>
/// <param name="Name">As peers name it: <c>gemm_MxNxK</c>, <c>convKxK_bB_HxWxCin-Cout_sS</c>, …</param>
/// <param name="Prepare">Makes the inputs in a place, in the scope that is open, and returns what is to be timed.</param>
public sealed record Workload(string Name, Func<BenchPlace, Prepared> Prepare)
{
    /// <summary>Whether it takes gigabytes or minutes, so that it runs only when a pattern asks for it.</summary>
    public bool IsHeavy { get; init; }
}

/// <summary>A workload ready to run.</summary>
/// <param name="Run">One repetition; frees what it makes.</param>
/// <param name="Flops">Floating-point operations of one repetition, two per multiply-add; 0 if that is no measure of it.</param>
/// <param name="Bytes">Least traffic of one repetition, each operand once; 0 if that is no measure of it.</param>
/// <param name="Owned">What lives outside the scope and goes with this.</param>
public sealed record Prepared(Action Run, double Flops = 0, double Bytes = 0, params IDisposable[] Owned) : IDisposable
{
    public void Dispose()
    {
        foreach (var owned in Owned)
            owned.Dispose();
    }
}
