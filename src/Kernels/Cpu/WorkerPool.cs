using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace SuTI.Kernels;

/// <summary>Work that <see cref="WorkerPool.For"/> splits over threads: a struct of pointers and sizes.</summary>
public interface IParallelBody
{
    /// <summary>Does chunk number <paramref name="chunk"/>.</summary>
    void Run(int chunk);
}

/// <summary>
/// Persistent threads that claim chunks of one parallel region at a time. The caller works too and waits only for chunks that
/// have begun, so a thread that the system has put to sleep delays nothing. A region allocates nothing.
/// </summary>
/// <remarks>
/// One 64-bit word holds (epoch : 24 | chunks : 20 | next : 20) and is published by a single store; a chunk is claimed by a
/// compare-and-swap on it. Threads spin for some tens of microseconds after a region and then park. A region opened inside a chunk,
/// or while another thread owns the pool, runs on the caller alone.
/// </remarks>
public sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>Most chunks of one region.</summary>
    public const int MaxChunks = (1 << 20) - 1;

    const int CountBits = 20;
    const int ParkStride = 16; // ints: one cache line a flag

    [ThreadStatic]
    static bool s_insideChunk;

    readonly SemaphoreSlim[] _wake;
    readonly int[] _parked;
    readonly SemaphoreSlim _finished = new(0);
    readonly Lock _owner = new();
    readonly long _spinTicks;
    long _state;
    long _done;
    int _callerWaits;
    delegate*<void*, int, void> _invoke;
    void* _body;
    ExceptionDispatchInfo? _failure;
    bool _closing;

    /// <param name="threads">Threads that work, the caller included; at least 1.</param>
    /// <param name="spinMicroseconds">How long an idle thread spins before it parks.</param>
    public WorkerPool(int threads, int spinMicroseconds = 50)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _spinTicks = spinMicroseconds * Stopwatch.Frequency / 1_000_000;
        _wake = new SemaphoreSlim[threads];
        _parked = new int[threads * ParkStride];
        for (int i = 1; i < threads; i++)
        {
            int worker = i;
            _wake[i] = new SemaphoreSlim(0);
            new Thread(() => Work(worker)) { IsBackground = true, Name = $"suti-worker-{i}" }.Start();
        }
    }

    /// <summary>Threads that work on a region, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs <paramref name="body"/> for chunks 0..<paramref name="chunks"/> and returns when all are done.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxChunks"/> chunks.</exception>
    /// <remarks>The first exception of a chunk is thrown again here, after all claimed chunks have ended.</remarks>
    public void For<TBody>(int chunks, TBody body) where TBody : struct, IParallelBody
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunks, MaxChunks);
        if (Threads == 1 || chunks <= 1 || s_insideChunk || !_owner.TryEnter())
        {
            for (int i = 0; i < chunks; i++)
                body.Run(i);
            return;
        }
        try
        {
            // The body lives on this frame until every chunk has ended.
            Region(chunks, &Invoke<TBody>, Unsafe.AsPointer(ref body));
        }
        finally
        {
            _owner.Exit();
        }
    }

    public void Dispose()
    {
        lock (_owner)
        {
            Volatile.Write(ref _closing, true);
            Interlocked.Exchange(ref _state, (_state >> 40) + 1 << 40);
            for (int i = 1; i < Threads; i++)
                _wake[i].Release();
        }
    }

    static void Invoke<TBody>(void* body, int chunk) where TBody : struct, IParallelBody
        => Unsafe.AsRef<TBody>(body).Run(chunk);

    void Region(int chunks, delegate*<void*, int, void> invoke, void* body)
    {
        _invoke = invoke;
        _body = body;
        _failure = null;
        Volatile.Write(ref _done, 0);
        Interlocked.Exchange(ref _state, ((_state >> 40) + 1 << 40) | ((long)chunks << CountBits));
        for (int i = 1; i < Threads && i < chunks; i++)
        {
            ref int parked = ref _parked[i * ParkStride];
            if (Volatile.Read(ref parked) == 1 && Interlocked.Exchange(ref parked, 0) == 1)
                _wake[i].Release();
        }
        Drain();
        WaitForClaimed(chunks);
        _failure?.Throw();
    }

    void WaitForClaimed(int chunks)
    {
        long since = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _done) != chunks)
        {
            Thread.SpinWait(4);
            if (Stopwatch.GetTimestamp() - since <= _spinTicks)
                continue;
            Interlocked.Exchange(ref _callerWaits, 1);
            // Whoever turns the flag back to 0 owns the wake-up.
            if (Volatile.Read(ref _done) != chunks || Interlocked.Exchange(ref _callerWaits, 0) == 0)
                _finished.Wait();
            since = Stopwatch.GetTimestamp();
        }
    }

    // Claims and runs chunks until none is left; returns the epoch that was found exhausted.
    long Drain()
    {
        while (true)
        {
            long state = Volatile.Read(ref _state);
            int next = (int)(state & MaxChunks);
            int chunks = (int)((state >> CountBits) & MaxChunks);
            if (next >= chunks)
                return state >> 40;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) != state)
                continue;
            s_insideChunk = true;
            try
            {
                _invoke(_body, next);
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
            }
            s_insideChunk = false;
            if (Interlocked.Increment(ref _done) == chunks && Interlocked.Exchange(ref _callerWaits, 0) == 1)
                _finished.Release();
        }
    }

    void Work(int worker)
    {
        ref int parked = ref _parked[worker * ParkStride];
        while (true)
        {
            long seen = Drain();
            long since = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref _state) >> 40 == seen)
            {
                if (Volatile.Read(ref _closing))
                    return;
                Thread.SpinWait(4);
                if (Stopwatch.GetTimestamp() - since <= _spinTicks)
                    continue;
                Interlocked.Exchange(ref parked, 1);
                if (Volatile.Read(ref _state) >> 40 == seen || Interlocked.Exchange(ref parked, 0) == 0)
                    _wake[worker].Wait();
                since = Stopwatch.GetTimestamp();
            }
            if (Volatile.Read(ref _closing))
                return;
        }
    }
}
