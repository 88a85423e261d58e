using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    // The model is seldom wrong by more than the order of its first few plans.
    const int PlansTried = 10, LaunchesTimed = 5;

    bool _tunesConvolutions = Environment.GetEnvironmentVariable("SUTI_TUNE") == "1";

    /// <summary>
    /// Whether convolutions of a new shape are timed with several tiles before their first use; the choices are kept on disk. Else a table
    /// decides, and results have the same bits on every device of this kind. SUTI_TUNE=1 is true from the start.
    /// </summary>
    /// <remarks>Timing waits for the device, so shapes must have been seen before a graph is captured.</remarks>
    public bool TunesConvolutions
    {
        get => _tunesConvolutions;
        set
        {
            _tunesConvolutions = value;
            ConvolutionPlans.Forget();
        }
    }

    /// <summary>What was measured in this and earlier processes.</summary>
    internal ConvolutionTimings Timings
    {
        get => field ??= new(Path.Combine(Path.GetDirectoryName(Kernels.Compiler.Cache.Folder)!, "convolutions.jsonl"), Model);
        set;
    }

    ConvPlan Choose(in ConvProblem problem, in ConvOperands operands)
    {
        var ranked = ConvolutionPlans.Ranked(problem);
        if (Kernels.IsDry && TunesConvolutions)
        {
            // Where only variants are gathered, all that may be tried are asked for, and nothing is timed.
            foreach (var tried in ranked.Take(PlansTried))
                Launch(problem, operands, tried);
            return ranked[0];
        }
        var plan = !TunesConvolutions ? ranked[0] : Timings.Find(problem) ?? Fastest(ranked, problem, operands);
        ConvolutionPlans.Set(problem, plan);
        return plan;
    }

    ConvPlan Fastest(List<ConvPlan> plans, in ConvProblem problem, in ConvOperands operands)
    {
        using var result = Tensor.Empty(operands.Result.Shape, operands.Result.DType, this);
        var trial = operands with { Result = result, Accumulates = false };
        using var begin = new CudaEvent(Driver, timed: true);
        using var end = new CudaEvent(Driver, timed: true);
        var best = plans[0];
        double fastest = double.PositiveInfinity;
        foreach (var plan in plans.Take(PlansTried))
        {
            Launch(problem, trial, plan); // compiles, and brings the operands into the cache
            begin.Record(Stream);
            for (int i = 0; i < LaunchesTimed; i++)
                Launch(problem, trial, plan);
            end.Record(Stream);
            end.Synchronize();
            double milliseconds = end.Since(begin) / LaunchesTimed;
            if (milliseconds < fastest)
                (fastest, best) = (milliseconds, plan);
        }
        Timings.Add(problem, best, fastest * 1000);
        return best;
    }
}
