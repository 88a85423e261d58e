using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>A pinned view of (N, L, H, D).</summary>
unsafe struct HeadsPointer(void* data, int batch, int row, int head)
{
    public readonly void* Data = data;
    public readonly int Row = row;
    readonly int _batch = batch, _head = head;

    public readonly bool IsPresent => Data != null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T* At<T>(int sample, int token, int head) where T : unmanaged
        => (T*)Data + ((nint)sample * _batch + (nint)token * Row + (nint)head * _head);

    public readonly bool SharesSamples => _batch == 0;

    public readonly bool SharesHeads => _head == 0;
}

/// <summary>Everything that the forward and the backward pass share, pinned.</summary>
unsafe struct AttentionArguments
{
    /// <summary>Queries of one block: they lie along the vectors.</summary>
    public const int QueryBlock = 64;

    /// <summary>Bytes of one block of scores, all but as large as the first-level cache.</summary>
    const int ScoreBytes = 32 * 1024;

    public AttentionSizes Sizes;
    public HeadsPointer Q, K, V, ExtraK, ExtraV, Bias, O;
    public byte* KeyMask;
    public void* LogSumExp;
    public double Scale;
    public bool IsCausal;
    public AttentionScratch Scratch;

    public readonly int QueryBlocks => (Sizes.Queries + QueryBlock - 1) / QueryBlock;

    /// <summary>Most keys of one block of scores.</summary>
    public static int KeyBlock<T>() where T : unmanaged => ScoreBytes / (QueryBlock * sizeof(T));

    /// <summary>Keys of each block, when <paramref name="keys"/> are cut evenly.</summary>
    public static int EvenKeyBlock<T>(int keys) where T : unmanaged
    {
        int most = KeyBlock<T>();
        int blocks = Math.Max(1, (keys + most - 1) / most);
        return ((keys + blocks - 1) / blocks + 7) / 8 * 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T* LogSumExpAt<T>(int sample, int head, int query) where T : unmanaged
        => (T*)LogSumExp + ((nint)sample * Sizes.Heads + head) * Sizes.Queries + query;
}

/// <summary>One piece of workspace for each thread; a chunk takes a free one, so results cannot depend on which.</summary>
unsafe struct AttentionScratch(int* taken, int count, byte* first, nint bytes)
{
    const int Alignment = 64;

    /// <summary>Elements of a workspace with <paramref name="count"/> pieces of <paramref name="elements"/> each.</summary>
    public static long Length<T>(int count, long elements) where T : unmanaged
        => count * PieceBytes<T>(elements) / sizeof(T) + Alignment / sizeof(T);

    static long PieceBytes<T>(long elements) where T : unmanaged
        => (elements * sizeof(T) + Alignment - 1) / Alignment * Alignment;

    public static AttentionScratch Create<T>(int* taken, int count, T* workspace, long elements) where T : unmanaged
        => new(taken, count, (byte*)(((nint)workspace + Alignment - 1) / Alignment * Alignment), (nint)PieceBytes<T>(elements));

    public readonly int Take()
    {
        // No more chunks run at once than there are pieces, so this ends.
        for (int i = 0; ; i = i + 1 == count ? 0 : i + 1)
        {
            if (Volatile.Read(ref taken[i]) == 0 && Interlocked.CompareExchange(ref taken[i], 1, 0) == 0)
                return i;
        }
    }

    public readonly T* Piece<T>(int index) where T : unmanaged => (T*)(first + index * bytes);

    public readonly void Return(int index) => Volatile.Write(ref taken[index], 0);
}
