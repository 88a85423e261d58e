namespace SuTI.Engine.Cuda;

/// <summary>
/// Which tile and how many parts a convolution is computed with: by a model of the time, or by what was measured for this very
/// shape.
/// </summary>
sealed class ConvolutionPlans(int multiprocessors)
{
    /// <summary>Tiles that parts can share: each has a counter on the device.</summary>
    internal const int MaxSharedTiles = 4096;

    const long MaxWorkspaceBytes = 32 << 20;
    const int MinSteps = 4; // of a part: the ring fills in three

    // Products of a clock and multiprocessor at full rate; clocks of a block beside its main loop; bytes of a clock when one block
    // reads the sums of others. Of Hopper under mma.sync, roughly: only ratios matter here.
    const double FullRate = 1024, FloatRate = 128, FixedClocks = 2500, WorkspaceBytesPerClock = 48, Alone = 0.8;

    static readonly ConvTile[] s_tensor =
    [
        new(128, 160, 4, 2, 4, 4), new(128, 128, 4, 2, 4, 4), new(128, 128, 8, 2, 4, 3), new(128, 64, 4, 4, 2, 4),
        new(64, 128, 4, 2, 4, 4), new(64, 64, 4, 2, 2, 4),
    ];

    static readonly ConvTile[] s_float = [new(128, 128, 4, 4, 2, 3), new(128, 64, 4, 4, 2, 3), new(64, 64, 4, 4, 2, 3)];

    static readonly int[] s_parts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

    readonly Dictionary<ConvProblem, ConvPlan> _known = [];
    readonly Lock _lock = new();

    /// <summary>For tests: what all convolutions whose chunks are aligned use.</summary>
    internal ConvPlan? Forced { get; set; }

    /// <summary>Tiles that problems can be computed with.</summary>
    internal static ReadOnlySpan<ConvTile> Tiles(bool tensorCores, bool isAligned)
    {
        var tiles = tensorCores ? s_tensor.AsSpan() : s_float;
        return isAligned ? tiles : tiles[^1..]; // gathering is slow in any tile
    }

    /// <summary>Whether so many parts are worth a block each and have room for their sums.</summary>
    internal static bool Allows(in ConvProblem problem, in ConvTile tile, int parts)
    {
        if (parts == 1)
            return true;
        long tiles = (long)problem.Tiles(tile) * problem.Classes;
        return parts > 1 && tiles <= MaxSharedTiles && problem.Steps(tile) >= parts * MinSteps
            && tiles * parts * tile.M * tile.N * sizeof(float) <= MaxWorkspaceBytes;
    }

    /// <returns>Null if nothing was measured or decided yet.</returns>
    internal ConvPlan? Find(in ConvProblem problem)
    {
        if (Forced is { } forced && problem.IsAligned)
            return forced with { Parts = Math.Clamp(problem.Steps(forced.Tile), 1, forced.Parts) };
        lock (_lock)
            return _known.TryGetValue(problem, out var plan) ? plan : null;
    }

    internal void Set(in ConvProblem problem, in ConvPlan plan)
    {
        lock (_lock)
            _known[problem] = plan;
    }

    internal void Forget()
    {
        lock (_lock)
            _known.Clear();
    }

    /// <summary>Plans in the order of the time that the model expects.</summary>
    internal List<ConvPlan> Ranked(ConvProblem problem)
    {
        var plans = new List<(double Clocks, ConvPlan Plan)>();
        foreach (var tile in Tiles(problem.TensorCores, problem.IsAligned))
        {
            int tiles = checked(problem.Tiles(tile) * problem.Classes), steps = problem.Steps(tile);
            foreach (int parts in s_parts)
            {
                if (!Allows(problem, tile, parts))
                    break;
                plans.Add((Clocks(problem, tile, tiles, steps, parts), new(tile, parts)));
            }
        }
        // Stable, so that equal times do not choose by chance.
        return [.. plans.OrderBy(candidate => candidate.Clocks).Select(candidate => candidate.Plan)];
    }

    // A multiprocessor works off its blocks as fast as its units allow, side by side where they fit. Small tiles need company to keep
    // the units busy. The constants reproduce what was fastest on an H200 (docs/results/gpu).
    double Clocks(in ConvProblem problem, in ConvTile tile, int tiles, int steps, int parts)
    {
        double rounds = Math.Ceiling((double)tiles * parts / multiprocessors);
        int beside = BlocksBeside(tile);
        double efficiency = Efficiency(tile) * (beside > 1 && rounds == 1 ? Alone : 1);
        double rate = problem.TensorCores ? FullRate * efficiency * (problem.Type == DType.Float32 ? 0.5 : 1) : FloatRate * efficiency;
        double products = (double)tile.M * tile.N * tile.Chunks * 16 / problem.Type.Size();
        double sums = (double)tile.M * tile.N * sizeof(float) / WorkspaceBytesPerClock;
        return (rounds * ((Math.Ceiling((double)steps / parts) * products / rate) + sums)) + (Math.Ceiling(rounds / beside) * FixedClocks)
            + (parts > 1 ? (parts + 1) * sums : 0);
    }

    // Blocks that a multiprocessor holds: registers limit them.
    static int BlocksBeside(in ConvTile tile) => (tile.M * tile.N) switch
    {
        > 128 * 64 => 1,
        > 64 * 64 => 2,
        _ => 3,
    };

    // Of an operand's element in shared memory, small tiles make less use; long steps wait less often for each other.
    static double Efficiency(in ConvTile tile) => (tile.M * tile.N) switch
    {
        >= 128 * 160 => 1,
        >= 128 * 128 => tile.Chunks == 8 ? 1.2 : 0.94,
        >= 128 * 64 => 0.78,
        _ => 0.62,
    };
}
