using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>The forward pass of one block of queries of one head: an item of work.</summary>
unsafe struct AttentionForward(AttentionArguments arguments) : ISimdKernel
{
    AttentionArguments _a = arguments;

    /// <summary>Elements of scratch that one thread needs.</summary>
    public static long ScratchLength<T>(AttentionSizes sizes) where T : unmanaged
        => AttentionArguments.QueryBlock * (2L * sizes.HeadDim + 2 + 2 * AttentionArguments.KeyBlock<T>());

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int blocks = _a.QueryBlocks, heads = _a.Sizes.Heads;
        int piece = _a.Scratch.Take();
        T* scratch = _a.Scratch.Piece<T>(piece);
        for (int item = begin; item < end; item++)
        {
            int pair = item / blocks;
            Block<TVector, T>(pair / heads, pair % heads, item % blocks * AttentionArguments.QueryBlock, scratch);
        }
        _a.Scratch.Return(piece);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Block<TVector, T>(int sample, int head, int firstQuery, T* scratch)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int headDim = _a.Sizes.HeadDim;
        int rows = Math.Min(AttentionArguments.QueryBlock, _a.Sizes.Queries - firstQuery);
        int width = (rows + TVector.Count - 1) / TVector.Count * TVector.Count;
        T* queries = scratch;                                                                // (D, width)
        T* output = queries + AttentionArguments.QueryBlock * headDim;                       // (D, width)
        T* maximum = output + AttentionArguments.QueryBlock * headDim;                       // (width)
        T* sum = maximum + AttentionArguments.QueryBlock;                                    // (width)
        T* scores = sum + AttentionArguments.QueryBlock;                                     // (keys, width)
        T* spare = scores + AttentionArguments.QueryBlock * AttentionArguments.KeyBlock<T>(); // (keys, width)

        AttentionScores<TVector, T>.LoadQueries(
            rows, width, headDim, _a.Q.At<T>(sample, firstQuery, head), _a.Q.Row,
            T.CreateTruncating(_a.Scale) * AttentionScores<TVector, T>.ToBase2, queries);
        bool isFirst = true;
        for (int segment = 0; segment < 2; segment++)
        {
            HeadsPointer k = segment == 0 ? _a.K : _a.ExtraK, v = segment == 0 ? _a.V : _a.ExtraV;
            int keys = segment == 0 ? _a.Sizes.Keys : _a.Sizes.ExtraKeys, offset = segment == 0 ? 0 : _a.Sizes.Keys;
            if (_a.IsCausal)
                keys = Math.Min(keys, firstQuery + rows);
            int step = AttentionArguments.EvenKeyBlock<T>(keys);
            for (int key = 0; key < keys; key += step)
            {
                int count = Math.Min(step, keys - key);
                AttentionScores<TVector, T>.Compute(
                    in _a, sample, head, firstQuery, rows, width, offset + key, count,
                    k.At<T>(sample, key, head), k.Row, queries, scores, spare);
                AttentionScores<TVector, T>.Exponentiate(count, width, headDim, scores, maximum, sum, output, isFirst);
                AttentionTile<TVector, T>.Multiply(
                    headDim, count, width, v.At<T>(sample, key, head), 1, v.Row, scores, width, output, width, !isFirst);
                isFirst = false;
            }
        }
        if (isFirst)
        {
            new Span<T>(output, headDim * width).Clear();
            new Span<T>(sum, width).Clear();
            new Span<T>(maximum, width).Fill(T.NegativeInfinity);
        }
        Normalise<TVector, T>(width, headDim, sum, output);
        AttentionTranspose.Copy(headDim, rows, output, width, _a.O.At<T>(sample, firstQuery, head), _a.O.Row);
        T* logSumExp = _a.LogSumExpAt<T>(sample, head, firstQuery);
        T toNatural = T.One / AttentionScores<TVector, T>.ToBase2;
        for (int i = 0; i < rows; i++)
            logSumExp[i] = T.FusedMultiplyAdd(maximum[i], toNatural, T.Log(sum[i]));
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
