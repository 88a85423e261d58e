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
    /// <summary>Queries of one block: they lie along the vectors, in whole tiles of 2 vectors of AVX-512 or 3 of AVX2.</summary>
    public static int QueryBlock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Simd.HasAvx512 ? 64 : 96;
    }

    /// <summary>Bytes of the scores of one query: fewer keys would move the output to a new maximum more often.</summary>
    const int ScoreBytes = 512;

    public AttentionSizes Sizes;
    public HeadsPointer Q, K, V, ExtraK, ExtraV, Bias, O;
    public byte* KeyMask;
    public void* LogSumExp;
    public double Scale;
    public bool IsCausal;
    public AttentionScratch Scratch;

    // Bytes of the state of the query blocks that go through the keys together: they share the second-level cache with
    // a block of keys.
    const int StateBytes = 512 * 1024;
    const int MostBlocks = 8;

    /// <summary>
    /// Blocks of queries that go through the keys together. A long sequence of keys leaves the second-level cache
    /// before the next block of queries wants it again, and its rows lie apart: eight blocks together made 4096 tokens
    /// of 8 heads a quarter faster.
    /// </summary>
    /// <param name="sizes">Lk, Lk2 and D.</param>
    /// <param name="matrices">(D, queries) matrices of the state of one block.</param>
    public static int BlocksTogether<T>(AttentionSizes sizes, int matrices) where T : unmanaged
    {
        if (sizes.Keys + sizes.ExtraKeys <= KeyBlock<T>())
            return 1;
        return (int)Math.Clamp(StateBytes / ((long)matrices * QueryBlock * sizes.HeadDim * sizeof(T)), 1, MostBlocks);
    }

    /// <summary>Most keys of one block of scores.</summary>
    public static int KeyBlock<T>() where T : unmanaged => ScoreBytes / sizeof(T);

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

/// <summary>
/// One block of queries and where its state lies in the scratch: some (D, width) matrices and two rows of width.
/// </summary>
readonly unsafe struct QueryBlock<T> where T : unmanaged
{
    static int Most => AttentionArguments.QueryBlock;

    readonly T* _state;
    readonly int _matrix, _matrices;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public QueryBlock(int index, int firstQuery, int endQuery, int lanes, int headDim, int matrices, T* states)
    {
        FirstQuery = firstQuery + index * Most;
        Rows = Math.Min(Most, endQuery - FirstQuery);
        Width = (Rows + lanes - 1) / lanes * lanes;
        _matrix = Most * headDim;
        _matrices = matrices;
        _state = states + (nint)index * StateLength(headDim, matrices);
    }

    public readonly int FirstQuery, Rows, Width;

    public static long StateLength(int headDim, int matrices) => Most * ((long)matrices * headDim + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* Matrix(int index) => _state + (nint)index * _matrix;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* Row(int index) => _state + (nint)_matrices * _matrix + index * Most;
}

/// <summary>
/// One piece of workspace for each thread; a chunk takes a free one, so results cannot depend on which.
/// </summary>
unsafe struct AttentionScratch(int* taken, int count, byte* first, nint bytes)
{
    const int Alignment = 64;

    /// <summary>
    /// Elements of a workspace with <paramref name="count"/> pieces of <paramref name="elements"/> each.
    /// </summary>
    public static long Length<T>(int count, long elements) where T : unmanaged
        => count * PieceBytes<T>(elements) / sizeof(T) + Alignment / sizeof(T);

    static long PieceBytes<T>(long elements) where T : unmanaged
        => (elements * sizeof(T) + Alignment - 1) / Alignment * Alignment;

    public static AttentionScratch Create<T>(int* taken, int count, T* workspace, long elements) where T : unmanaged
    {
        nint first = ((nint)workspace + Alignment - 1) / Alignment * Alignment;
        return new(taken, count, (byte*)first, (nint)PieceBytes<T>(elements));
    }

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
