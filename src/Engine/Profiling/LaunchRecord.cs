using SuTI.Engine.Cuda;

namespace SuTI.Engine;

/// <summary>One piece of work of a stream as it ran: a kernel, a product of cuBLASLt, a copy.</summary>
/// <param name="Scope">The innermost scope that was open when it was asked for.</param>
/// <param name="Asked">When the host asked for it, in ticks of the stopwatch.</param>
sealed record LaunchRecord(string Name, CudaKernel? Kernel, Grid Grid, int Threads, int Shared, string Scope, int Thread, long Asked, nint Stream)
{
    /// <summary>Milliseconds since the profile began.</summary>
    internal double Start { get; set; }

    internal double Milliseconds { get; set; }

    /// <summary>The op that asked for it; null outside of ops.</summary>
    internal string? Op { get; set; }

    internal bool IsBackward { get; set; }
}
