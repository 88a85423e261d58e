using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>One row of pixels of y at a time: all taps of a vector of channels gather in a register.</summary>
readonly unsafe struct DepthwiseForward(ConvSizes sizes, void* x, void* taps, void* bias, void* rowBias, void* residual,
    void* y) : ISimdKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = begin; row < end; row++)
        {
            (int n, int outRow) = Math.DivRem(row, sizes.OutH);
            for (int outColumn = 0; outColumn < sizes.OutW; outColumn++)
            {
                nint pixel = ((nint)row * sizes.OutW) + outColumn;
                int c = 0;
                for (; c <= sizes.C - TVector.Count; c += TVector.Count)
                    TVector.Store(Sum<TVector, T>(n, outRow, outColumn, pixel, c), (T*)y + (pixel * sizes.PixelY) + c);
                for (; c < sizes.C; c++)
                    ((T*)y)[(pixel * sizes.PixelY) + c] = Sum<T>(n, outRow, outColumn, pixel, c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TVector Sum<TVector, T>(int n, int outRow, int outColumn, nint pixel, int c)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = bias == null ? TVector.Zero : TVector.Load((T*)bias + c);
        if (rowBias != null)
            sum += TVector.Load((T*)rowBias + ((nint)n * sizes.C) + c);
        if (residual != null)
            sum += TVector.Load((T*)residual + (pixel * sizes.PixelResidual) + c);
        int top = (outRow * sizes.StrideH) - sizes.PadTop, left = (outColumn * sizes.StrideW) - sizes.PadLeft;
        int lastRow = Math.Min(sizes.R, sizes.H - top), lastColumn = Math.Min(sizes.S, sizes.W - left);
        for (int r = Math.Max(0, -top); r < lastRow; r++)
        {
            for (int s = Math.Max(0, -left); s < lastColumn; s++)
            {
                T* source = (T*)x + (((((nint)n * sizes.H) + top + r) * sizes.W) + left + s) * sizes.PixelX;
                sum = TVector.Fma(TVector.Load(source + c),
                    TVector.Load((T*)taps + ((((nint)r * sizes.S) + s) * sizes.C) + c), sum);
            }
        }
        return sum;
    }

    T Sum<T>(int n, int outRow, int outColumn, nint pixel, int c) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = bias == null ? T.Zero : ((T*)bias)[c];
        if (rowBias != null)
            sum += ((T*)rowBias)[((nint)n * sizes.C) + c];
        if (residual != null)
            sum += ((T*)residual)[(pixel * sizes.PixelResidual) + c];
        int top = (outRow * sizes.StrideH) - sizes.PadTop, left = (outColumn * sizes.StrideW) - sizes.PadLeft;
        int lastRow = Math.Min(sizes.R, sizes.H - top), lastColumn = Math.Min(sizes.S, sizes.W - left);
        for (int r = Math.Max(0, -top); r < lastRow; r++)
        {
            for (int s = Math.Max(0, -left); s < lastColumn; s++)
            {
                T* source = (T*)x + (((((nint)n * sizes.H) + top + r) * sizes.W) + left + s) * sizes.PixelX;
                sum += source[c] * ((T*)taps)[((((nint)r * sizes.S) + s) * sizes.C) + c];
            }
        }
        return sum;
    }
}

/// <summary>
/// One row of pixels of dx at a time: each pixel collects the taps of those results that it went into.
/// </summary>
readonly unsafe struct DepthwiseInputGradient(ConvSizes sizes, void* dy, void* taps, void* dx, bool accumulate)
    : ISimdKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = begin; row < end; row++)
        {
            (int n, int inRow) = Math.DivRem(row, sizes.H);
            for (int inColumn = 0; inColumn < sizes.W; inColumn++)
            {
                T* to = (T*)dx + ((((nint)row * sizes.W) + inColumn) * sizes.PixelX);
                int c = 0;
                for (; c <= sizes.C - TVector.Count; c += TVector.Count)
                {
                    var sum = accumulate ? TVector.Load(to + c) : TVector.Zero;
                    for (int r = 0; r < sizes.R; r++)
                    {
                        for (int s = 0; s < sizes.S; s++)
                        {
                            nint pixel = Result(n, inRow, inColumn, r, s);
                            if (pixel >= 0)
                                sum = TVector.Fma(TVector.Load((T*)dy + (pixel * sizes.PixelY) + c),
                                    TVector.Load((T*)taps + ((((nint)r * sizes.S) + s) * sizes.C) + c), sum);
                        }
                    }
                    TVector.Store(sum, to + c);
                }
                for (; c < sizes.C; c++)
                {
                    T sum = accumulate ? to[c] : T.Zero;
                    for (int r = 0; r < sizes.R; r++)
                    {
                        for (int s = 0; s < sizes.S; s++)
                        {
                            nint pixel = Result(n, inRow, inColumn, r, s);
                            if (pixel >= 0)
                                sum += ((T*)dy)[(pixel * sizes.PixelY)
                                    + c] * ((T*)taps)[((((nint)r * sizes.S) + s) * sizes.C) + c];
                        }
                    }
                    to[c] = sum;
                }
            }
        }
    }

    // The pixel of y that tap (r, s) carried this pixel of x to; −1 if there is none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    nint Result(int n, int inRow, int inColumn, int r, int s)
    {
        int down = inRow + sizes.PadTop - r, right = inColumn + sizes.PadLeft - s;
        if (down < 0 || right < 0)
            return -1;
        (int outRow, int restRow) = Math.DivRem(down, sizes.StrideH);
        (int outColumn, int restColumn) = Math.DivRem(right, sizes.StrideW);
        if (restRow != 0 || restColumn != 0 || outRow >= sizes.OutH || outColumn >= sizes.OutW)
            return -1;
        return ((((nint)n * sizes.OutH) + outRow) * sizes.OutW) + outColumn;
    }
}

/// <summary>
/// One tap of a block of channels at a time; a row of pixels is summed before it joins the rest, which keeps the error
/// small.
/// </summary>
readonly unsafe struct DepthwiseWeightGradient(ConvSizes sizes, void* x, void* dy, void* dWeights, bool accumulate)
    : ISimdKernel
{
    public const int Block = 64;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* sums = stackalloc T[TVector.Count];
        for (int unit = begin; unit < end; unit++)
        {
            (int block, int tap) = Math.DivRem(unit, sizes.Taps);
            int c = block * Block, last = Math.Min(sizes.C, c + Block);
            for (; c <= last - TVector.Count; c += TVector.Count)
            {
                TVector.Store(Sum<TVector, T>(tap, c), sums);
                for (int i = 0; i < TVector.Count; i++)
                    Put(tap, c + i, sums[i]);
            }
            for (; c < last; c++)
                Put(tap, c, Sum<T>(tap, c));
        }
    }

    void Put<T>(int tap, int c, T sum) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* to = (T*)dWeights + ((nint)c * sizes.Taps) + tap;
        *to = accumulate ? *to + sum : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    TVector Sum<TVector, T>(int tap, int c)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var total = TVector.Zero;
        for (int row = 0; row < sizes.N * sizes.OutH; row++)
        {
            if (!Range(tap, row, out nint from, out nint result, out int count))
                continue;
            T* source = (T*)x + (from * sizes.PixelX) + c, gradient = (T*)dy + (result * sizes.PixelY) + c;
            var sum = TVector.Zero;
            for (; count > 0; count--, source += (nint)sizes.StrideW * sizes.PixelX, gradient += sizes.PixelY)
                sum = TVector.Fma(TVector.Load(source), TVector.Load(gradient), sum);
            total += sum;
        }
        return total;
    }

    T Sum<T>(int tap, int c) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T total = T.Zero;
        for (int row = 0; row < sizes.N * sizes.OutH; row++)
        {
            if (!Range(tap, row, out nint from, out nint result, out int count))
                continue;
            T* source = (T*)x + (from * sizes.PixelX) + c, gradient = (T*)dy + (result * sizes.PixelY) + c;
            T sum = T.Zero;
            for (; count > 0; count--, source += (nint)sizes.StrideW * sizes.PixelX, gradient += sizes.PixelY)
                sum += *source * *gradient;
            total += sum;
        }
        return total;
    }

    // Those pixels of a row of y whose tap lies inside the image: the first pixel of x, the first of y, and how many.
    bool Range(int tap, int row, out nint from, out nint result, out int count)
    {
        (int r, int s) = Math.DivRem(tap, sizes.S);
        (int n, int outRow) = Math.DivRem(row, sizes.OutH);
        int inRow = (outRow * sizes.StrideH) - sizes.PadTop + r, shift = s - sizes.PadLeft;
        int first = shift >= 0 ? 0 : (-shift + sizes.StrideW - 1) / sizes.StrideW;
        int last = sizes.W - 1 - shift < 0 ? -1 : Math.Min(sizes.OutW - 1, (sizes.W - 1 - shift) / sizes.StrideW);
        count = last - first + 1;
        from = ((((nint)n * sizes.H) + inRow) * sizes.W) + (first * sizes.StrideW) + shift;
        result = ((nint)row * sizes.OutW) + first;
        return inRow >= 0 && inRow < sizes.H && count > 0;
    }
}
