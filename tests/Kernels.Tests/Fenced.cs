using System.Runtime.InteropServices;

namespace SuTI.Kernels.Tests;

/// <summary>A buffer between two fences of a fixed byte pattern, which a kernel must leave as they are.</summary>
sealed class Fenced<T> where T : unmanaged
{
    const int Fence = 67;
    const byte Pattern = 0xa5;
    readonly T[] _data;
    readonly int _length;

    public Fenced(int length)
    {
        _data = new T[length + 2 * Fence];
        _length = length;
        MemoryMarshal.AsBytes(_data.AsSpan()).Fill(Pattern);
    }

    public Fenced(ReadOnlySpan<T> content)
        : this(content.Length)
        => content.CopyTo(Span);

    /// <summary>The whole array, for pinning.</summary>
    public T[] Data => _data;

    /// <summary>The part that may be written; it begins with the fence's pattern in it.</summary>
    public Span<T> Span => _data.AsSpan(Fence, _length);

    /// <summary>Fails if a fence was touched; returns the content.</summary>
    public T[] Checked()
    {
        Assert.That(Untouched(_data.AsSpan(0, Fence)), "a write before the buffer");
        Assert.That(Untouched(_data.AsSpan(Fence + _length)), "a write past the buffer");
        return Span.ToArray();
    }

    static bool Untouched(Span<T> fence) => !MemoryMarshal.AsBytes(fence).ContainsAnyExcept(Pattern);
}

/// <summary>Runs the same work on 1, 2 and 7 threads and demands the same bits.</summary>
static class ThreadCounts
{
    static readonly WorkerPool[] s_pools = [new(1), new(2), new(7)];

    /// <summary>A pool of 7 threads.</summary>
    public static WorkerPool Many => s_pools[2];

    /// <summary>The result of <paramref name="work"/>, which must not depend on the pool.</summary>
    public static T[] Same<T>(Func<WorkerPool, T[]> work) where T : unmanaged
    {
        var first = work(s_pools[0]);
        foreach (var pool in s_pools.AsSpan(1))
            Assert.That(MemoryMarshal.AsBytes(first.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(work(pool).AsSpan())),
                $"{pool.Threads} threads");
        return first;
    }
}
