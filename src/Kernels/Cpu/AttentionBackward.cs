using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// The backward pass of one group of key blocks of one head. Scores are made again block by block from the saved
/// log-sum-exp (Dao et al. 2022, appendix B): dS = P · (dO · Vᵀ − δ) with δ = Σ dO · O.
/// </summary>
/// <remarks>
/// An item owns its keys, so dK and dV need no reduction; heads that share a bias are one item, for the same reason.
/// Where that gives too few items, the keys are cut into groups, each with its own dQ, and <see
/// cref="AttentionGroupSum"/> adds these in order.
/// </remarks>
unsafe struct AttentionBackward(AttentionArguments arguments) : ISimdKernel
{
    // Items that keep the threads of usual machines busy, and the work below which that does not matter.
    const int WantedItems = 16;
    const double SmallWork = 8e6;

    // q, dO and dQ of a block of queries, all (D, width); its rows are the log-sum-exp in base 2 and δ.
    const int Matrices = 3;

    AttentionArguments _a = arguments;

    public HeadsPointer DO, DQ, DK, DV, DExtraK, DExtraV, DBias;

    /// <summary>(groups, N, H, Lq, D), dense, when there is more than one group.</summary>
    public void* PartialDQ;

    public int Groups;

    /// <summary>Elements of scratch that one thread needs.</summary>
    public static long ScratchLength<T>(AttentionSizes sizes) where T : unmanaged
        => AttentionArguments.BlocksTogether<T>(sizes, Matrices) * QueryBlock<T>.StateLength(sizes.HeadDim, Matrices)
            + 3L * AttentionArguments.QueryBlock * AttentionArguments.KeyBlock<T>();

    /// <summary>Items that need no reduction: heads, or sets of heads with one bias gradient.</summary>
    public static int Owners(AttentionSizes sizes, bool biasSharesSamples, bool biasSharesHeads)
        => (biasSharesSamples ? 1 : sizes.Batch) * (biasSharesHeads ? 1 : sizes.Heads);

    /// <summary>Groups of keys for each owner; they depend on the sizes alone.</summary>
    public static int GroupCount<T>(AttentionSizes sizes, int owners) where T : unmanaged
    {
        double keys = (double)sizes.Keys + sizes.ExtraKeys;
        double work = 10.0 * sizes.Batch * sizes.Heads * sizes.Queries * sizes.HeadDim * keys;
        return work < SmallWork ? 1 : Math.Clamp((WantedItems + owners - 1) / owners, 1, Blocks<T>(sizes));
    }

    static int Blocks<T>(AttentionSizes sizes) where T : unmanaged
        => Math.Max(1, Blocks<T>(sizes.Keys) + Blocks<T>(sizes.ExtraKeys));

    static int Blocks<T>(int keys) where T : unmanaged
    {
        int step = AttentionArguments.EvenKeyBlock<T>(keys);
        return keys == 0 ? 0 : (keys + step - 1) / step;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool sharesSamples = DBias.IsPresent && DBias.SharesSamples, sharesHeads = DBias.IsPresent && DBias.SharesHeads;
        int ownerHeads = sharesHeads ? 1 : _a.Sizes.Heads;
        int piece = _a.Scratch.Take();
        T* scratch = _a.Scratch.Piece<T>(piece);
        for (int item = begin; item < end; item++)
        {
            int owner = item / Groups, group = item % Groups;
            int sample = owner / ownerHeads, head = owner % ownerHeads;
            int sampleEnd = sharesSamples ? _a.Sizes.Batch : sample + 1;
            int headEnd = sharesHeads ? _a.Sizes.Heads : head + 1;
            ClearBias<T>(sample, head, group);
            for (int n = sample; n < sampleEnd; n++)
            {
                for (int h = head; h < headEnd; h++)
                    Head<TVector, T>(n, h, group, scratch);
            }
        }
        _a.Scratch.Return(piece);
    }

    // Where block number `index` of both segments lies: the segment, its first key there and its number of keys.
    readonly void Locate<T>(int index, out bool isExtra, out int key, out int count) where T : unmanaged
    {
        int blocks = Blocks<T>(_a.Sizes.Keys);
        isExtra = index >= blocks;
        int keys = isExtra ? _a.Sizes.ExtraKeys : _a.Sizes.Keys;
        int step = AttentionArguments.EvenKeyBlock<T>(keys);
        key = (isExtra ? index - blocks : index) * step;
        count = Math.Max(0, Math.Min(step, keys - key));
    }

    readonly int FirstBlock<T>(int group) where T : unmanaged => (int)((long)group * Blocks<T>(_a.Sizes) / Groups);

    readonly void ClearBias<T>(int sample, int head, int group) where T : unmanaged
    {
        if (!DBias.IsPresent)
            return;
        for (int block = FirstBlock<T>(group); block < FirstBlock<T>(group + 1); block++)
        {
            Locate<T>(block, out bool isExtra, out int key, out int count);
            for (int i = 0; i < _a.Sizes.Queries; i++)
                new Span<T>(DBias.At<T>(sample, i, head) + (isExtra ? _a.Sizes.Keys : 0) + key, count).Clear();
        }
    }

    void Head<TVector, T>(int sample, int head, int group, T* scratch)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int first = FirstBlock<T>(group), end = FirstBlock<T>(group + 1);
        for (int block = first; block < end; block++)
        {
            Locate<T>(block, out bool isExtra, out int key, out int count);
            Clear<T>(isExtra ? DExtraK : DK, sample, head, key, count);
            Clear<T>(isExtra ? DExtraV : DV, sample, head, key, count);
        }
        int queries = AttentionArguments.BlocksTogether<T>(_a.Sizes, Matrices) * AttentionArguments.QueryBlock;
        for (int query = 0; query < _a.Sizes.Queries; query += queries)
        {
            int endQuery = Math.Min(query + queries, _a.Sizes.Queries);
            Queries<TVector, T>(sample, head, query, endQuery, group, first, end, scratch);
        }
    }

    readonly void Clear<T>(HeadsPointer gradient, int sample, int head, int key, int count) where T : unmanaged
    {
        for (int j = 0; j < count && gradient.IsPresent; j++)
            new Span<T>(gradient.At<T>(sample, key + j, head), _a.Sizes.HeadDim).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Queries<TVector, T>(
        int sample, int head, int firstQuery, int endQuery, int group, int firstBlock, int endBlock, T* scratch)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int headDim = _a.Sizes.HeadDim;
        int blocks = (endQuery - firstQuery + AttentionArguments.QueryBlock - 1) / AttentionArguments.QueryBlock;
        T* states = scratch + 3 * AttentionArguments.QueryBlock * AttentionArguments.KeyBlock<T>();
        for (int b = 0; b < blocks; b++)
            Load<TVector, T>(sample, head, new(b, firstQuery, endQuery, TVector.Count, headDim, Matrices, states));
        for (int keys = firstBlock; keys < endBlock; keys++)
        {
            for (int b = 0; b < blocks; b++)
            {
                QueryBlock<T> block = new(b, firstQuery, endQuery, TVector.Count, headDim, Matrices, states);
                Differentiate<TVector, T>(sample, head, keys, block, scratch);
            }
        }
        for (int b = 0; b < blocks && DQ.IsPresent; b++)
        {
            QueryBlock<T> block = new(b, firstQuery, endQuery, TVector.Count, headDim, Matrices, states);
            nint pair = ((nint)group * _a.Sizes.Batch + sample) * _a.Sizes.Heads + head;
            T* dQ = Groups == 1
                ? DQ.At<T>(sample, block.FirstQuery, head)
                : (T*)PartialDQ + (pair * _a.Sizes.Queries + block.FirstQuery) * headDim;
            AttentionTranspose.Copy(
                headDim, block.Rows, block.Matrix(2), block.Width, dQ, Groups == 1 ? DQ.Row : headDim);
        }
    }

    // The scale goes into dO and δ, so that dS comes out multiplied; the bias gradient needs it without.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Load<TVector, T>(int sample, int head, QueryBlock<T> block)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = block.Rows, width = block.Width, headDim = _a.Sizes.HeadDim;
        T scale = T.CreateTruncating(_a.Scale), early = DBias.IsPresent ? T.One : scale;
        T* dO = DO.At<T>(sample, block.FirstQuery, head);
        AttentionScores<TVector, T>.LoadQueries(
            rows, width, headDim, _a.Q.At<T>(sample, block.FirstQuery, head), _a.Q.Row,
            scale * AttentionScores<TVector, T>.ToBase2, block.Matrix(0));
        AttentionScores<TVector, T>.LoadQueries(rows, width, headDim, dO, DO.Row, early, block.Matrix(1));
        new Span<T>(block.Matrix(2), headDim * width).Clear();
        LoadRowTerms<TVector, T>(sample, head, block.FirstQuery, rows, width, early, dO, block.Row(0), block.Row(1));
    }

    // One block of keys with one of queries: all that they add to each gradient.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Differentiate<TVector, T>(int sample, int head, int keyBlock, QueryBlock<T> block, T* scratch)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int headDim = _a.Sizes.HeadDim, rows = block.Rows, width = block.Width;
        Locate<T>(keyBlock, out bool isExtra, out int key, out int count);
        if (_a.IsCausal)
            count = Math.Min(count, block.FirstQuery + rows - key);
        if (count <= 0)
            return;
        int length = AttentionArguments.QueryBlock * AttentionArguments.KeyBlock<T>();
        T* scores = scratch;           // (keys, width), then P
        T* dScores = scores + length;  // (keys, width)
        T* spare = dScores + length;   // (keys, width), or (rows, keys)
        HeadsPointer dK = isExtra ? DExtraK : DK, dV = isExtra ? DExtraV : DV;
        HeadsPointer keyRows = isExtra ? _a.ExtraK : _a.K, valueRows = isExtra ? _a.ExtraV : _a.V;
        T* k = keyRows.At<T>(sample, key, head), v = valueRows.At<T>(sample, key, head);
        int firstKey = (isExtra ? _a.Sizes.Keys : 0) + key;

        AttentionScores<TVector, T>.Compute(
            in _a, sample, head, block.FirstQuery, rows, width, firstKey, count, k, keyRows.Row, block.Matrix(0), scores,
            spare);
        AttentionTile<TVector, T>.Multiply(
            count, headDim, width, v, valueRows.Row, 1, block.Matrix(1), width, dScores, width, false);
        Softmax<TVector, T>(count, width, block.Row(0), block.Row(1), scores, dScores);
        if (dV.IsPresent)
        {
            AttentionTile<TVector, T>.Multiply(
                count, rows, headDim, scores, width, 1, DO.At<T>(sample, block.FirstQuery, head), DO.Row,
                dV.At<T>(sample, key, head), dV.Row, true);
        }
        if (DBias.IsPresent)
        {
            AddBias<TVector, T>(
                count, rows, width, dScores, T.CreateTruncating(_a.Scale), spare,
                DBias.At<T>(sample, block.FirstQuery, head) + firstKey);
        }
        if (dK.IsPresent)
        {
            AttentionTile<TVector, T>.Multiply(
                count, rows, headDim, dScores, width, 1, _a.Q.At<T>(sample, block.FirstQuery, head), _a.Q.Row,
                dK.At<T>(sample, key, head), dK.Row, true);
        }
        if (DQ.IsPresent)
        {
            AttentionTile<TVector, T>.Multiply(
                headDim, count, width, k, 1, keyRows.Row, dScores, width, block.Matrix(2), width, true);
        }
    }

    // log-sum-exp in base 2, where a row that sees no key gets +∞ so that its probabilities are 0; and factor · Σ dO ·
    // O.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void LoadRowTerms<TVector, T>(
        int sample, int head, int firstQuery, int rows, int width, T factor, T* dO, T* logSumExp, T* delta)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        new Span<T>(logSumExp, width).Clear();
        new Span<T>(delta, width).Clear();
        T* saved = _a.LogSumExpAt<T>(sample, head, firstQuery);
        T* o = _a.O.At<T>(sample, firstQuery, head);
        int headDim = _a.Sizes.HeadDim;
        for (int i = 0; i < rows; i++, o += _a.O.Row, dO += DO.Row)
        {
            T inBase2 = saved[i] * AttentionScores<TVector, T>.ToBase2;
            logSumExp[i] = T.IsNegativeInfinity(inBase2) ? T.PositiveInfinity : inBase2;
            TVector sum = TVector.Zero;
            int d = 0;
            for (; d + TVector.Count <= headDim; d += TVector.Count)
                sum = TVector.Fma(TVector.Load(o + d), TVector.Load(dO + d), sum);
            int rest = headDim - d;
            if (rest > 0)
                sum = TVector.Fma(TVector.LoadPartial(o + d, rest), TVector.LoadPartial(dO + d, rest), sum);
            delta[i] = TVector.Sum(sum) * factor;
        }
    }

    // scores become P, dScores become P · (dScores − δ).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Softmax<TVector, T>(int keys, int width, T* logSumExp, T* delta, T* scores, T* dScores)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < width; i += TVector.Count)
        {
            TVector shift = TVector.Load(logSumExp + i), mean = TVector.Load(delta + i);
            T* s = scores + i, ds = dScores + i;
            for (int j = 0; j < keys; j++, s += width, ds += width)
            {
                TVector p = AttentionScores<TVector, T>.Exp2(TVector.Load(s) - shift);
                TVector.Store(p, s);
                TVector.Store(p * (TVector.Load(ds) - mean), ds);
            }
        }
    }

    // dBias (rows, keys) += dSᵀ, and then dS takes the scale that it came without.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void AddBias<TVector, T>(int keys, int rows, int width, T* dScores, T scale, T* spare, T* dBias)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AttentionTranspose.Copy(keys, rows, dScores, width, spare, keys);
        for (int i = 0; i < rows; i++, dBias += DBias.Row, spare += keys)
        {
            int j = 0;
            for (; j + TVector.Count <= keys; j += TVector.Count)
                TVector.Store(TVector.Load(dBias + j) + TVector.Load(spare + j), dBias + j);
            for (; j < keys; j++)
                dBias[j] += spare[j];
        }
        TVector factor = TVector.Create(scale);
        for (T* end = dScores + keys * width; dScores < end; dScores += TVector.Count)
            TVector.Store(TVector.Load(dScores) * factor, dScores);
    }
}

/// <summary>dQ = the sum of its groups, in their order; items are rows (sample, head, query).</summary>
unsafe struct AttentionGroupSum(AttentionSizes sizes, int groups, void* partial, HeadsPointer dQ) : ISimdKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int headDim = sizes.HeadDim;
        nint group = (nint)sizes.Batch * sizes.Heads * sizes.Queries * headDim;
        for (int row = begin; row < end; row++)
        {
            int pair = row / sizes.Queries;
            T* destination = dQ.At<T>(pair / sizes.Heads, row % sizes.Queries, pair % sizes.Heads);
            T* source = (T*)partial + (nint)row * headDim;
            for (int d = 0; d < headDim; d += TVector.Count)
            {
                bool isWhole = d + TVector.Count <= headDim;
                TVector sum = TVector.Zero;
                for (int g = 0; g < groups; g++)
                {
                    T* from = source + g * group + d;
                    sum += isWhole ? TVector.Load(from) : TVector.LoadPartial(from, headDim - d);
                }
                if (isWhole)
                    TVector.Store(sum, destination + d);
                else
                    TVector.StorePartial(sum, destination + d, headDim - d);
            }
        }
    }
}
