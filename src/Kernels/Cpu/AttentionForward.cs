using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>The forward pass; an item of work is some blocks of queries of one head.</summary>
unsafe struct AttentionForward(AttentionArguments arguments) : ISimdKernel
{
    AttentionArguments _a = arguments;

    // Fewer items than this leave threads idle towards the end.
    const int WantedItems = 64;

    // The queries and the output of a block, both (D, width); its rows are the maximum and the sum.
    const int Matrices = 2;

    // Where tiles are four rows high, the values are passed over so often that their rows are copied end to end first:
    // rows of several heads lie so that they drive each other out of the first-level cache.
    static bool CopiesValues => !Simd.HasAvx512;

    // Fewer queries than this are not worth the copy.
    const int QueriesForCopy = 32;

    static int BlocksPerItem<T>(AttentionSizes sizes) where T : unmanaged
    {
        long blocks = (sizes.Queries + AttentionArguments.QueryBlock - 1) / AttentionArguments.QueryBlock;
        long spare = blocks * sizes.Batch * sizes.Heads / WantedItems;
        return (int)Math.Clamp(spare, 1, AttentionArguments.BlocksTogether<T>(sizes, Matrices));
    }

    /// <summary>Items of work: every sample, head and set of blocks of queries.</summary>
    public static int Items<T>(AttentionSizes sizes) where T : unmanaged
        => checked(sizes.Batch * sizes.Heads * ItemsPerHead(sizes, BlocksPerItem<T>(sizes)));

    static int ItemsPerHead(AttentionSizes sizes, int blocks)
    {
        int queries = blocks * AttentionArguments.QueryBlock;
        return (sizes.Queries + queries - 1) / queries;
    }

    /// <summary>Elements of scratch that one thread needs.</summary>
    public static long ScratchLength<T>(AttentionSizes sizes) where T : unmanaged
        => BlocksPerItem<T>(sizes) * QueryBlock<T>.StateLength(sizes.HeadDim, Matrices)
            + 2L * AttentionArguments.QueryBlock * AttentionArguments.KeyBlock<T>()
            + (CopiesValues ? (long)sizes.HeadDim * AttentionArguments.KeyBlock<T>() : 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int blocks = BlocksPerItem<T>(_a.Sizes), perHead = ItemsPerHead(_a.Sizes, blocks), heads = _a.Sizes.Heads;
        int piece = _a.Scratch.Take();
        T* scratch = _a.Scratch.Piece<T>(piece);
        for (int item = begin; item < end; item++)
        {
            int pair = item / perHead, first = item % perHead * blocks * AttentionArguments.QueryBlock;
            int last = Math.Min(first + blocks * AttentionArguments.QueryBlock, _a.Sizes.Queries);
            Queries<TVector, T>(pair / heads, pair % heads, first, last, scratch);
        }
        _a.Scratch.Return(piece);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Queries<TVector, T>(int sample, int head, int firstQuery, int endQuery, T* scratch)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int headDim = _a.Sizes.HeadDim, keyBlock = AttentionArguments.KeyBlock<T>();
        int blocks = (endQuery - firstQuery + AttentionArguments.QueryBlock - 1) / AttentionArguments.QueryBlock;
        T* scores = scratch;                                          // (keys, width)
        T* spare = scores + AttentionArguments.QueryBlock * keyBlock; // (keys, width)
        T* values = spare + AttentionArguments.QueryBlock * keyBlock; // (keys, D)
        T* states = values + (CopiesValues ? headDim * keyBlock : 0);
        for (int b = 0; b < blocks; b++)
        {
            QueryBlock<T> block = new(b, firstQuery, endQuery, TVector.Count, headDim, Matrices, states);
            AttentionScores<TVector, T>.LoadQueries(
                block.Rows, block.Width, headDim, _a.Q.At<T>(sample, block.FirstQuery, head), _a.Q.Row,
                T.CreateTruncating(_a.Scale) * AttentionScores<TVector, T>.ToBase2, block.Matrix(0));
        }
        bool isFirst = true;
        for (int segment = 0; segment < 2; segment++)
        {
            HeadsPointer k = segment == 0 ? _a.K : _a.ExtraK, v = segment == 0 ? _a.V : _a.ExtraV;
            int keys = segment == 0 ? _a.Sizes.Keys : _a.Sizes.ExtraKeys, offset = segment == 0 ? 0 : _a.Sizes.Keys;
            if (_a.IsCausal)
                keys = Math.Min(keys, endQuery);
            int step = AttentionArguments.EvenKeyBlock<T>(keys);
            for (int key = 0; key < keys; key += step)
            {
                T* blockValues = v.At<T>(sample, key, head);
                int valueRow = v.Row;
                if (CopiesValues && keys > step && endQuery - firstQuery >= QueriesForCopy)
                {
                    for (int j = 0; j < Math.Min(step, keys - key); j++, blockValues += valueRow)
                        new Span<T>(blockValues, headDim).CopyTo(new(values + j * headDim, headDim));
                    blockValues = values;
                    valueRow = headDim;
                }
                for (int b = 0; b < blocks; b++)
                {
                    QueryBlock<T> block = new(b, firstQuery, endQuery, TVector.Count, headDim, Matrices, states);
                    int seen = _a.IsCausal ? Math.Min(keys, block.FirstQuery + block.Rows) : keys;
                    int count = Math.Min(step, seen - key);
                    if (count <= 0)
                        continue;
                    AttentionScores<TVector, T>.Compute(
                        in _a, sample, head, block.FirstQuery, block.Rows, block.Width, offset + key, count,
                        k.At<T>(sample, key, head), k.Row, block.Matrix(0), scores, spare);
                    AttentionScores<TVector, T>.Exponentiate(
                        count, block.Width, headDim, scores, block.Row(0), block.Row(1), block.Matrix(1), isFirst);
                    AttentionTile<TVector, T>.Multiply(
                        headDim, count, block.Width, blockValues, 1, valueRow, scores, block.Width,
                        block.Matrix(1), block.Width, !isFirst);
                }
                isFirst = false;
            }
        }
        for (int b = 0; b < blocks; b++)
        {
            QueryBlock<T> block = new(b, firstQuery, endQuery, TVector.Count, headDim, Matrices, states);
            Finish<TVector, T>(sample, head, isFirst, block);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Finish<TVector, T>(int sample, int head, bool hasNoKeys, QueryBlock<T> block)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int headDim = _a.Sizes.HeadDim, rows = block.Rows;
        if (hasNoKeys)
        {
            new Span<T>(block.Matrix(1), headDim * block.Width).Clear();
            new Span<T>(block.Row(1), block.Width).Clear();
            new Span<T>(block.Row(0), block.Width).Fill(T.NegativeInfinity);
        }
        Normalise<TVector, T>(block.Width, headDim, block.Row(1), block.Matrix(1));
        AttentionTranspose.Copy(
            headDim, rows, block.Matrix(1), block.Width, _a.O.At<T>(sample, block.FirstQuery, head), _a.O.Row);
        T* logSumExp = _a.LogSumExpAt<T>(sample, head, block.FirstQuery);
        TVector toNatural = TVector.Create(T.One / AttentionScores<TVector, T>.ToBase2);
        for (int i = 0; i < rows; i += TVector.Count)
        {
            TVector log = VectorMath.Log<TVector, T>(TVector.Load(block.Row(1) + i));
            TVector value = TVector.Fma(TVector.Load(block.Row(0) + i), toNatural, log);
            if (i + TVector.Count <= rows)
                TVector.Store(value, logSumExp + i);
            else
                TVector.StorePartial(value, logSumExp + i, rows - i);
        }
    }

    // A row without any visible key has the sum 0 and the output 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Normalise<TVector, T>(int width, int headDim, T* sum, T* output)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < width; i += TVector.Count)
        {
            TVector total = TVector.Load(sum + i);
            TVector inverse = TVector.Create(T.One) / total;
            inverse = TVector.Select(TVector.Equals(total, TVector.Zero), TVector.Zero, inverse);
            for (T* o = output + i, end = o + headDim * width; o < end; o += width)
                TVector.Store(TVector.Load(o) * inverse, o);
        }
    }
}
