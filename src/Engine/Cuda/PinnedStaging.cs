using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>
/// Page-locked host memory through which transfers run at full speed: two halves, one filled while the other is under way.
/// </summary>
sealed unsafe class PinnedStaging : IDisposable
{
    const int HalfBytes = 4 << 20;

    readonly DriverApi _driver;
    readonly CudaEvent[] _done;
    nint _memory;
    int _turn;

    internal PinnedStaging(DriverApi driver)
    {
        _driver = driver;
        nint memory;
        driver.Check(driver.MemHostAlloc(&memory, 2 * HalfBytes, 0));
        _memory = memory;
        _done = [new(driver), new(driver)];
    }

    /// <summary>Copies from pageable memory, which may be reused when this returns; the device may still be copying.</summary>
    internal void Upload(CudaStream stream, ReadOnlySpan<byte> source, nint destination)
    {
        for (int offset = 0; offset < source.Length; offset += HalfBytes)
        {
            var part = source.Slice(offset, Math.Min(HalfBytes, source.Length - offset));
            byte* half = NextHalf(out var done);
            part.CopyTo(new Span<byte>(half, part.Length));
            stream.Upload(half, destination + offset, part.Length);
            done.Record(stream);
        }
    }

    /// <summary>Copies to pageable memory and waits for it.</summary>
    internal void Download(CudaStream stream, nint source, Span<byte> destination)
    {
        int queued = 0;
        for (int offset = 0; offset < destination.Length || queued > 0;)
        {
            // Ask for the next part before waiting for the one before it.
            if (offset + (queued * HalfBytes) < destination.Length && queued < 2)
            {
                int at = offset + (queued * HalfBytes);
                byte* half = NextHalf(out var done);
                stream.Download(source + at, half, Math.Min(HalfBytes, destination.Length - at));
                done.Record(stream);
                queued++;
                continue;
            }
            int turn = (_turn + 2 - queued) % 2;
            _done[turn].Synchronize();
            int bytes = Math.Min(HalfBytes, destination.Length - offset);
            new ReadOnlySpan<byte>((byte*)_memory + (turn * HalfBytes), bytes).CopyTo(destination[offset..]);
            offset += bytes;
            queued--;
        }
    }

    public void Dispose()
    {
        if (_memory == 0)
            return;
        foreach (var done in _done)
            done.Dispose();
        _driver.Check(_driver.MemFreeHost(_memory));
        _memory = 0;
    }

    byte* NextHalf(out CudaEvent done)
    {
        done = _done[_turn];
        done.Synchronize();
        byte* half = (byte*)_memory + (_turn * HalfBytes);
        _turn ^= 1;
        return half;
    }
}
