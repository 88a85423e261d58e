using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>
/// Device memory in segments that are cut into blocks: best fit, split when handed out, merged when given back. Equal steps
/// therefore run on equal addresses and take nothing from the driver after the first.
/// </summary>
/// <remarks>
/// Blocks are given back while work on them may still be queued: safe on one stream, where later users queue behind it. Work on
/// another stream must be waited for before.
/// </remarks>
sealed unsafe class CudaAllocator(DriverApi driver, MemoryLedger ledger)
{
    const long Rounding = 512;

    // Up to this size blocks share small segments, so that they do not nibble at the large ones.
    const long SmallBlock = 1 << 20;
    const long SmallSegment = 2 << 20;
    const long LargeSegment = 20 << 20;

    // cudaStreamCaptureModeRelaxed: calls that may wait are let through, as these do not belong to what is captured.
    const uint Relaxed = 2;

    readonly Lock _lock = new();
    bool _isRetired;
    readonly FreeBlocks _small = new(), _large = new();
    readonly Dictionary<nint, Block> _taken = [];

    /// <summary>Whether segments may be taken while this thread captures a graph: true for the arena that the graph works in.</summary>
    internal bool MayAllocateWhileCapturing { get; init; }

    /// <summary>Blocks in use.</summary>
    internal int Taken
    {
        get
        {
            lock (_lock)
                return _taken.Count;
        }
    }

    /// <returns>The address and the size of the block; 0 when there is no memory.</returns>
    internal (nint Address, long Bytes) Take(long bytes)
    {
        long wanted = RoundUp(Math.Max(bytes, 1), Rounding);
        lock (_lock)
        {
            var free = Free(wanted);
            var block = free.TakeBestFit(wanted) ?? NewSegment(wanted);
            if (block is null)
                return (0, 0);
            // What is left over is worth keeping if it can serve another block of its pool.
            if (block.Bytes - wanted >= (wanted <= SmallBlock ? Rounding : SmallBlock + Rounding))
                free.Add(block.Split(wanted));
            _taken.Add(block.Address, block);
            return (block.Address, block.Bytes);
        }
    }

    internal void Give(nint address)
    {
        lock (_lock)
        {
            if (!_taken.Remove(address, out var block))
                throw new LifetimeException("device memory", "a block was given back twice");
            var free = Free(block.IsSmall);
            if (block.Next is { IsFree: true } next)
            {
                free.Remove(next);
                block.Absorb(next);
            }
            if (block.Previous is { IsFree: true } previous)
            {
                free.Remove(previous);
                previous.Absorb(block);
                block = previous;
            }
            free.Add(block);
        }
        if (_isRetired)
            Release();
    }

    /// <summary>No more is taken: from now on each segment goes back to the driver with the last block in it.</summary>
    internal void Retire()
    {
        _isRetired = true;
        Release();
    }

    /// <summary>Gives whole unused segments back to the driver.</summary>
    internal void Release()
    {
        lock (_lock)
        {
            foreach (var free in (FreeBlocks[])[_small, _large])
            {
                foreach (var segment in free.TakeWholeSegments())
                {
                    uint mode = Relaxed;
                    driver.Check(driver.ThreadExchangeStreamCaptureMode(&mode));
                    driver.Check(driver.MemFree((ulong)segment.Address));
                    driver.Check(driver.ThreadExchangeStreamCaptureMode(&mode));
                    ledger.Reserve(-segment.Bytes);
                }
            }
        }
    }

    FreeBlocks Free(long wanted) => Free(wanted <= SmallBlock);

    FreeBlocks Free(bool isSmall) => isSmall ? _small : _large;

    Block? NewSegment(long wanted)
    {
        bool isSmall = wanted <= SmallBlock;
        long bytes = isSmall ? SmallSegment : Math.Max(LargeSegment, RoundUp(wanted, SmallSegment));
        nint address = FromDriver(bytes);
        if (address == 0)
        {
            Release();
            address = FromDriver(bytes);
        }
        if (address == 0 && bytes > RoundUp(wanted, SmallSegment))
            address = FromDriver(bytes = RoundUp(wanted, SmallSegment));
        if (address == 0)
            return null;
        ledger.Reserve(bytes);
        return new(address, bytes, isSmall);
    }

    nint FromDriver(long bytes)
    {
        if (!ledger.Admits(bytes))
            return 0;
        ulong address;
        int status;
        if (MayAllocateWhileCapturing)
        {
            uint mode = Relaxed;
            driver.Check(driver.ThreadExchangeStreamCaptureMode(&mode));
            status = driver.MemAlloc(&address, (nuint)bytes);
            driver.Check(driver.ThreadExchangeStreamCaptureMode(&mode));
        }
        else
        {
            status = driver.MemAlloc(&address, (nuint)bytes);
        }
        if (status == DriverApi.OutOfMemory)
            return 0;
        driver.Check(status, $"cuMemAlloc of {bytes} bytes");
        return (nint)address;
    }

    internal static long RoundUp(long value, long step) => checked((value + step - 1) / step * step);

    /// <summary>A part of a segment, between its neighbours.</summary>
    sealed class Block(nint address, long bytes, bool isSmall)
    {
        internal nint Address { get; } = address;

        internal long Bytes { get; private set; } = bytes;

        internal bool IsSmall { get; } = isSmall;

        internal bool IsFree { get; set; }

        internal Block? Previous { get; private set; }

        internal Block? Next { get; private set; }

        internal bool IsWholeSegment => Previous is null && Next is null;

        /// <summary>Keeps the first bytes.</summary>
        /// <returns>The rest.</returns>
        internal Block Split(long keep)
        {
            var rest = new Block(Address + (nint)keep, Bytes - keep, IsSmall) { Previous = this, Next = Next };
            if (Next is not null)
                Next.Previous = rest;
            Next = rest;
            Bytes = keep;
            return rest;
        }

        internal void Absorb(Block next)
        {
            Bytes += next.Bytes;
            Next = next.Next;
            if (Next is not null)
                Next.Previous = this;
        }
    }

    /// <summary>Free blocks by size, then address: a sorted list, which stays short.</summary>
    sealed class FreeBlocks
    {
        readonly List<Block> _blocks = [];

        internal void Add(Block block)
        {
            block.IsFree = true;
            _blocks.Insert(Index(block.Bytes, block.Address), block);
        }

        internal void Remove(Block block)
        {
            block.IsFree = false;
            _blocks.RemoveAt(Index(block.Bytes, block.Address));
        }

        internal Block? TakeBestFit(long bytes)
        {
            int index = Index(bytes, 0);
            if (index == _blocks.Count)
                return null;
            var block = _blocks[index];
            _blocks.RemoveAt(index);
            block.IsFree = false;
            return block;
        }

        internal List<Block> TakeWholeSegments()
        {
            var whole = _blocks.FindAll(block => block.IsWholeSegment);
            _blocks.RemoveAll(block => block.IsWholeSegment);
            return whole;
        }

        // The first block that is not before (bytes, address).
        int Index(long bytes, nint address)
        {
            int low = 0, high = _blocks.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                var block = _blocks[middle];
                if (block.Bytes < bytes || (block.Bytes == bytes && block.Address < address))
                    low = middle + 1;
                else
                    high = middle;
            }
            return low;
        }
    }
}
