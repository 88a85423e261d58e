using System.Diagnostics;

namespace SuTI.Engine;

/// <summary>One op as it ran.</summary>
/// <param name="Name">The op, and whether forward or backward.</param>
/// <param name="Shape">Of the result; in backward, of its gradient.</param>
/// <param name="Elapsed">On the host; kernels of other devices may still be running.</param>
public readonly record struct OpRecord(string Name, Type Op, bool IsBackward, Shape Shape, DType DType, TimeSpan Elapsed);

/// <summary>Tells who listens on this thread of every op that runs: for profiles and for proofs of coverage.</summary>
public static class OpObserver
{
    [ThreadStatic]
    static Action<OpRecord>? s_listener;

    /// <summary>Hears of every op of this thread until the result is disposed; listeners do not nest.</summary>
    public static Subscription Listen(Action<OpRecord> listener)
    {
        s_listener = listener;
        return default;
    }

    internal static long Begin() => s_listener is null ? 0 : Stopwatch.GetTimestamp();

    internal static void End(Op op, Tensor result, long mark, bool isBackward)
        => s_listener?.Invoke(new(op.Name, op.GetType(), isBackward, result.Shape, result.DType, Stopwatch.GetElapsedTime(mark)));

    /// <summary>Ends the listening.</summary>
    public readonly ref struct Subscription
    {
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "Dispose is an instance method.")]
        public void Dispose() => s_listener = null;
    }
}
