using SuTI.Engine.Cuda;

namespace SuTI.Engine;

/// <summary>What one multiprocessor has.</summary>
readonly record struct Multiprocessor(int Threads, int Registers, int SharedBytes, int Blocks)
{
    // Registers are handed out to warps in steps, and every block takes 1 KiB of shared memory for the system.
    const int RegisterStep = 256, ReservedShared = 1024, WarpThreads = 32, Schedulers = 4;

    /// <summary>Blocks that fit at once, and what does not let one more in: threads, registers, shared memory, blocks.</summary>
    internal (int Blocks, string Limit) Fit(int threads, int registers, int sharedBytes)
    {
        int warps = (threads + WarpThreads - 1) / WarpThreads;
        int warpRegisters = (int)CudaAllocator.RoundUp(Math.Max(registers, 1) * WarpThreads, RegisterStep);
        int warpsByRegisters = Registers / warpRegisters / Schedulers * Schedulers;
        (int Blocks, string Limit)[] limits =
        [
            (Threads / (warps * WarpThreads), "threads"), (warpsByRegisters / warps, "registers"),
            (SharedBytes / (sharedBytes + ReservedShared), "shared memory"), (Blocks, "blocks"),
        ];
        return limits.MinBy(limit => limit.Blocks);
    }
}

/// <summary>One kernel of a piece of work.</summary>
/// <param name="Kernel">File, constants and entry point.</param>
/// <param name="Milliseconds">Of all its launches.</param>
/// <param name="SharedBytes">Static and dynamic, of a block.</param>
/// <param name="Occupancy">Threads that a multiprocessor holds at once, of the most it can hold.</param>
/// <param name="Limit">What does not let more in.</param>
/// <param name="Hash">Of its code.</param>
public sealed record LaunchReport(string Kernel, int Calls, double Milliseconds, int Registers, int SharedBytes, int SpillBytes, double Occupancy,
    string Limit, string Grid, int Threads, string Hash);
