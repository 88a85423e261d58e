using System.Diagnostics;

namespace SuTI.Engine;

/// <summary>One op as it ran.</summary>
/// <param name="Name">The op, and whether forward or backward.</param>
/// <param name="Shape">Of the result; in backward, of its gradient.</param>
/// <param name="Elapsed">On the host; kernels of other devices may still be running.</param>
public readonly record struct OpRecord(string Name, Type Op, bool IsBackward, Shape Shape, DType DType, TimeSpan Elapsed)
{
    /// <summary>When it began, in ticks of the stopwatch.</summary>
    internal long Began { get; init; }
}

/// <summary>Tells who listens on this thread of every op that runs: for profiles and for proofs of coverage.</summary>
public static class OpObserver
{
    [ThreadStatic]
    static Action<OpRecord>? s_listener;

    /// <summary>Hears of every op of this thread until the result is disposed.</summary>
    public static Subscription Listen(Action<OpRecord> listener)
    {
        Add(listener);
        return new(listener);
    }

    internal static void Add(Action<OpRecord> listener) => s_listener += listener;

    internal static void Remove(Action<OpRecord> listener) => s_listener -= listener;

    internal static long Begin() => s_listener is null ? 0 : Stopwatch.GetTimestamp();

    internal static void End(Op op, Tensor result, long mark, bool isBackward)
        => s_listener?.Invoke(new(op.Name, op.GetType(), isBackward, result.Shape, result.DType, Stopwatch.GetElapsedTime(mark)) { Began = mark });

    /// <summary>Ends the listening.</summary>
    public readonly ref struct Subscription
    {
        readonly Action<OpRecord> _listener;

        internal Subscription(Action<OpRecord> listener) => _listener = listener;

        public void Dispose() => Remove(_listener);
    }
}
