using System.Numerics;
using System.Runtime.InteropServices;

namespace SuTI.Engine;

/// <summary>
/// Native memory in size classes. A freed block goes on top of its class and is the next one handed out, so a loop of equal steps
/// uses the same warm addresses and takes nothing from the system after its first turn.
/// </summary>
sealed unsafe class CpuAllocator(MemoryLedger ledger)
{
    const long SmallAlignment = 64;
    const long PageAlignment = 4096;

    // Above this size blocks start on a huge page and ask for huge pages: fewer faults on first touch, fewer TLB misses.
    const long HugeThreshold = 4L << 20;
    const long HugePage = 2L << 20;

    const long BorrowThreshold = 256 << 10;

    readonly Lock _lock = new();
    readonly Dictionary<long, Stack<nint>> _cached = [];

    /// <summary>Bytes of the class that serves <paramref name="bytes"/>: at most an eighth is wasted.</summary>
    internal static long ClassSize(long bytes)
    {
        bytes = Math.Max(bytes, SmallAlignment);
        if (bytes <= PageAlignment)
            return RoundUp(bytes, SmallAlignment);
        long step = Math.Max(PageAlignment, 1L << (BitOperations.Log2((ulong)bytes) - 3));
        return RoundUp(bytes, step);
    }

    /// <param name="capacity">Of a class; afterwards that of the block, which may be larger.</param>
    /// <param name="isScratch">Whether the block comes back before others are asked for, so that any idle one will do.</param>
    /// <returns>0 when there is no memory.</returns>
    internal nint Take(ref long capacity, bool isScratch)
    {
        lock (_lock)
        {
            if (_cached.TryGetValue(capacity, out var blocks) && blocks.TryPop(out nint block))
                return block;
            // A large block that lies idle is nearer than new memory.
            long most = capacity < BorrowThreshold ? 0 : isScratch ? long.MaxValue : capacity + (capacity / 4), best = long.MaxValue;
            foreach (var (size, idle) in _cached)
            {
                if (size > capacity && size <= most && size < best && idle.Count > 0)
                    best = size;
            }
            if (best < long.MaxValue)
            {
                capacity = best;
                return _cached[best].Pop();
            }
        }
        if (!ledger.Admits(capacity) && !ReleaseAndAdmit(capacity))
            return 0;
        nint address = FromSystem(capacity);
        if (address == 0)
        {
            Release();
            address = FromSystem(capacity);
        }
        if (address != 0)
            ledger.Reserve(capacity);
        return address;
    }

    internal void Give(nint address, long capacity)
    {
        lock (_lock)
        {
            if (!_cached.TryGetValue(capacity, out var blocks))
                _cached.Add(capacity, blocks = new());
            blocks.Push(address);
        }
    }

    /// <summary>Gives all cached blocks back to the system.</summary>
    internal void Release()
    {
        lock (_lock)
        {
            foreach (var (capacity, blocks) in _cached)
            {
                while (blocks.TryPop(out nint address))
                {
                    NativeMemory.AlignedFree((void*)address);
                    ledger.Reserve(-capacity);
                }
            }
        }
    }

    bool ReleaseAndAdmit(long capacity)
    {
        Release();
        return ledger.Admits(capacity);
    }

    static nint FromSystem(long capacity)
    {
        long alignment = capacity >= HugeThreshold ? HugePage : capacity > PageAlignment ? PageAlignment : SmallAlignment;
        try
        {
            nint address = (nint)NativeMemory.AlignedAlloc((nuint)capacity, (nuint)alignment);
            if (capacity >= HugeThreshold)
                HugePages.Advise(address, capacity);
            return address;
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
    }

    static long RoundUp(long value, long step) => checked((value + step - 1) / step * step);
}
