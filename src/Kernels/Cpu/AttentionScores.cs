using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Blocks of scores (keys, queries), queries along the vectors: made, masked and turned into probabilities.
/// </summary>
/// <remarks>
/// Scores are kept in units of log 2 (the factor is in the queries), so that the exponential needs no product.
/// </remarks>
static unsafe class AttentionScores<TVector, T>
    where TVector : unmanaged, ISimd<TVector, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    const double Log2E = 1.4426950408889634;

    public static T ToBase2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.CreateTruncating(Log2E);
    }

    /// <summary>
    /// Transposes rows of queries to (D, width), times <paramref name="factor"/>; lanes beyond the rows are zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadQueries(
        int rows, int width, int headDim, T* source, nint sourceRow, T factor, T* destination)
    {
        if (rows < width)
            new Span<T>(destination, headDim * width).Clear();
        AttentionTranspose.Copy(rows, headDim, source, sourceRow, destination, width);
        TVector f = TVector.Create(factor);
        for (T* end = destination + headDim * width; destination < end; destination += TVector.Count)
            TVector.Store(TVector.Load(destination) * f, destination);
    }

    /// <summary>scores (keys, width) = K · qᵀ + bias, and −∞ where a mask says so.</summary>
    /// <param name="firstKey">Index of the first key of the block in both segments together.</param>
    /// <param name="k">Its row of keys.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(
        ref readonly AttentionArguments a, int sample, int head, int firstQuery, int rows, int width, int firstKey,
        int keys, T* k, nint kRow, T* queries, T* scores, T* spare)
    {
        int headDim = a.Sizes.HeadDim;
        AttentionTile<TVector, T>.Multiply(keys, headDim, width, k, kRow, 1, queries, width, scores, width, false);
        if (a.Bias.IsPresent)
        {
            T* bias = a.Bias.At<T>(sample, firstQuery, head) + firstKey;
            AttentionTranspose.Copy(rows, keys, bias, a.Bias.Row, spare, width);
            AddBias(keys, rows, width, spare, scores);
        }
        if (a.KeyMask != null)
        {
            byte* mask = a.KeyMask + (nint)sample * (a.Sizes.Keys + a.Sizes.ExtraKeys) + firstKey;
            for (int j = 0; j < keys; j++)
            {
                if (mask[j] == 0)
                    new Span<T>(scores + j * width, width).Fill(T.NegativeInfinity);
            }
        }
        if (a.IsCausal && firstKey + keys - 1 > firstQuery)
            MaskFuture(firstKey - firstQuery, keys, width, scores);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddBias(int keys, int rows, int width, T* bias, T* scores)
    {
        TVector factor = TVector.Create(ToBase2);
        for (int j = 0; j < keys; j++, bias += width, scores += width)
        {
            int i = 0;
            for (; i + TVector.Count <= rows; i += TVector.Count)
                TVector.Store(TVector.Fma(TVector.Load(bias + i), factor, TVector.Load(scores + i)), scores + i);
            if (i < rows)
            {
                TVector sum = TVector.Fma(TVector.LoadPartial(bias + i, rows - i), factor, TVector.Load(scores + i));
                TVector.Store(sum, scores + i);
            }
        }
    }

    // Key j is hidden from lane i when j + offset > i.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MaskFuture(int offset, int keys, int width, T* scores)
    {
        for (int j = Math.Max(0, -offset); j < keys; j++)
            new Span<T>(scores + j * width, Math.Min(width, j + offset)).Fill(T.NegativeInfinity);
    }

    /// <summary>
    /// One step of the streaming softmax (Milakov and Gimelshein 2018): scores become 2^(score − maximum); maximum, sum
    /// and, unless this is the first block, the output (D, width) move to the new maximum.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exponentiate(
        int keys, int width, int headDim, T* scores, T* maximum, T* sum, T* output, bool isFirst)
    {
        TVector lowest = TVector.Create(T.NegativeInfinity);
        for (int i = 0; i < width; i += TVector.Count)
        {
            T* s = scores + i;
            TVector max0 = lowest, max1 = lowest;
            int j = 0;
            for (; j + 2 <= keys; j += 2, s += 2 * width)
            {
                max0 = TVector.Max(max0, TVector.Load(s));
                max1 = TVector.Max(max1, TVector.Load(s + width));
            }
            if (j < keys)
                max0 = TVector.Max(max0, TVector.Load(s));
            max0 = TVector.Max(max0, max1);
            TVector old = lowest;
            if (!isFirst)
            {
                old = TVector.Load(maximum + i);
                max0 = TVector.Max(old, max0);
            }
            TVector.Store(max0, maximum + i);
            // Where every key so far is masked, −∞ − −∞ must not become NaN.
            TVector shift = TVector.Select(TVector.Equals(max0, lowest), TVector.Zero, max0);

            s = scores + i;
            TVector sum0 = TVector.Zero, sum1 = TVector.Zero;
            for (j = 0; j + 2 <= keys; j += 2, s += 2 * width)
            {
                TVector e0 = Exp2(TVector.Load(s) - shift), e1 = Exp2(TVector.Load(s + width) - shift);
                sum0 += e0;
                sum1 += e1;
                TVector.Store(e0, s);
                TVector.Store(e1, s + width);
            }
            if (j < keys)
            {
                TVector e0 = Exp2(TVector.Load(s) - shift);
                sum0 += e0;
                TVector.Store(e0, s);
            }
            sum0 += sum1;
            if (isFirst)
            {
                TVector.Store(sum0, sum + i);
                continue;
            }
            Rescale(old - shift, width, headDim, sum0, sum + i, output + i);
        }
    }

    // A method of its own: in the loops above the compiler's budget for inlining is spent, and each load here became a call.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Rescale(TVector change, int width, int headDim, TVector addend, T* sum, T* output)
    {
        TVector shrink = Exp2(change);
        TVector.Store(TVector.Fma(TVector.Load(sum), shrink, addend), sum);
        for (T* end = output + headDim * width; output < end; output += width)
            TVector.Store(TVector.Load(output) * shrink, output);
    }

    /// <summary>
    /// 2^x for x ≤ 0 (or a rounding error above): 0 far below the normal numbers, exactly 0 for −∞, NaN for NaN.
    /// </summary>
    /// <remarks>
    /// Relative error 1.6e-7 in float, 3e-16 in double: a least-maximum fit of degree 5, the Taylor series to degree
    /// 13.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp2(TVector x)
    {
        // NaN stays: Max and Min give their second argument then.
        // Where Scale saturates it makes the zeros, from an exponent far enough below the denormal numbers.
        bool isFloat = typeof(T) == typeof(float);
        TVector lowest = Constant(TVector.ScaleSaturates ? (isFloat ? -200 : -1200) : (isFloat ? -126 : -1022));
        TVector clamped = TVector.Max(lowest, x);
        TVector n = TVector.Round(clamped);
        TVector r = clamped - n;
        TVector p;
        if (isFloat)
        {
            p = Constant(0.0013264727197262079);
            p = TVector.Fma(p, r, Constant(0.009671512639659218));
            p = TVector.Fma(p, r, Constant(0.055507337432519205));
            p = TVector.Fma(p, r, Constant(0.2402224208537485));
            p = TVector.Fma(p, r, Constant(0.6931469775991649));
        }
        else
        {
            p = Constant(1.3691488853904124e-12);
            p = TVector.Fma(p, r, Constant(2.5678435993488196e-11));
            p = TVector.Fma(p, r, Constant(4.44553827187081e-10));
            p = TVector.Fma(p, r, Constant(7.054911620801121e-09));
            p = TVector.Fma(p, r, Constant(1.0178086009239696e-07));
            p = TVector.Fma(p, r, Constant(1.3215486790144305e-06));
            p = TVector.Fma(p, r, Constant(1.5252733804059838e-05));
            p = TVector.Fma(p, r, Constant(0.00015403530393381606));
            p = TVector.Fma(p, r, Constant(0.0013333558146428441));
            p = TVector.Fma(p, r, Constant(0.009618129107628477));
            p = TVector.Fma(p, r, Constant(0.055504108664821576));
            p = TVector.Fma(p, r, Constant(0.2402265069591007));
            p = TVector.Fma(p, r, Constant(0.6931471805599453));
        }
        p = TVector.Fma(p, r, Constant(1));
        p = TVector.Scale(p, n);
        return TVector.ScaleSaturates ? p : TVector.ZeroWhereLess(x, lowest, p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Constant(double value) => TVector.Create(T.CreateTruncating(value));
}
