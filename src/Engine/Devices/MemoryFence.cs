using System.Globalization;

namespace SuTI.Engine;

/// <summary>Sentinels on both sides of a buffer, and NaN inside it: what a kernel must not write, and what it must not read.</summary>
static unsafe class MemoryFence
{
    internal const int Bytes = 256;
    internal const byte Sentinel = 0xA5;

    /// <summary>All bits set is NaN in every floating-point type.</summary>
    internal const byte Poison = 0xFF;

    /// <returns>The address of the buffer inside its fences.</returns>
    internal static nint Raise(nint block, long bytes)
    {
        byte* p = (byte*)block;
        new Span<byte>(p, Bytes).Fill(Sentinel);
        new Span<byte>(p + Bytes + bytes, Bytes).Fill(Sentinel);
        for (long done = 0; done < bytes; done += int.MaxValue)
            new Span<byte>(p + Bytes + done, (int)Math.Min(int.MaxValue, bytes - done)).Fill(Poison);
        return block + Bytes;
    }

    /// <returns>The address of the block.</returns>
    internal static nint Lower(nint buffer, long bytes, out string? damage)
    {
        byte* p = (byte*)buffer;
        int before = new ReadOnlySpan<byte>(p - Bytes, Bytes).LastIndexOfAnyExcept(Sentinel);
        int after = new ReadOnlySpan<byte>(p + bytes, Bytes).IndexOfAnyExcept(Sentinel);
        damage = before >= 0 ? string.Create(CultureInfo.InvariantCulture, $"a change {Bytes - before} bytes before it")
            : after >= 0 ? string.Create(CultureInfo.InvariantCulture, $"a change {after} bytes after its end")
            : null;
        return buffer - Bytes;
    }
}
