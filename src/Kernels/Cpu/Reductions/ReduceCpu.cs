using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Reductions over the middle axis of (outer, reduced, inner). Sums run in a fixed order that depends on the sizes and the vector
/// width alone; their error does not grow with the length in any way that matters.
/// </summary>
public static unsafe partial class ReduceCpu
{
    const int UnitLength = 32768; // inputs of one unit of parallel work
    const int MostSplits = 64;
    const int ColumnBlock = 2048; // columns a unit sums at once: two rows of them fit L1
    const int MostPartials = 8192; // partial sums on the caller's stack

    /// <summary>y = scale · Σ x, or y += that. The sum of nothing is 0.</summary>
    /// <param name="x">(Outer, Reduced, Inner).</param>
    /// <param name="y">(Outer, Inner).</param>
    /// <exception cref="ArgumentException">A length does not match the shape.</exception>
    public static void Sum<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, ReduceShape shape, double scale = 1, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Check(x.Length, y.Length);
        if (y.IsEmpty)
            return;
        int columnBlocks = (shape.Inner + ColumnBlock - 1) / ColumnBlock;
        int splits = Splits(shape, columnBlocks);
        T* partials = stackalloc T[splits == 1 ? 1 : splits * y.Length];
        fixed (T* px = x, py = y)
        {
            var target = splits == 1 ? new SumTarget(py, scale, accumulate) : new SumTarget(partials, 1, false);
            int unitInputs = shape.Reduced / splits * Math.Min(shape.Inner, ColumnBlock);
            int units = shape.Outer * splits * columnBlocks;
            int grain = Math.Max(Math.Max(1, UnitLength / 2 / Math.Max(1, unitInputs)), units / MostSplits);
            Simd.For<T, SumKernel>(pool, units, grain, new(px, target, shape, splits, columnBlocks));
        }
        if (splits == 1)
            return;
        for (int i = 0; i < y.Length; i++)
        {
            int outer = i / shape.Inner;
            T* first = partials + (((long)outer * splits * shape.Inner) + (i % shape.Inner));
            double sum = 0;
            for (int s = 0; s < splits; s++)
                sum += double.CreateTruncating(first[s * shape.Inner]);
            y[i] = T.CreateTruncating((accumulate ? double.CreateTruncating(y[i]) : 0) + (scale * sum));
        }
    }

    /// <summary>y = mean of x over the reduced axis; NaN where it is empty.</summary>
    /// <exception cref="ArgumentException">A length does not match the shape.</exception>
    public static void Mean<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, ReduceShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (shape.Reduced == 0)
            y.Fill(T.NaN);
        else
            Sum(pool, x, y, shape, 1.0 / shape.Reduced);
    }

    // How many parts the reduced axis is cut into, where outputs alone would not occupy the threads.
    static int Splits(ReduceShape shape, int columnBlocks)
    {
        if (shape.Outer * columnBlocks >= 16)
            return 1;
        long total = (long)shape.Outer * shape.Reduced * shape.Inner;
        long most = Math.Min(MostSplits, MostPartials / ((long)shape.Outer * shape.Inner));
        most = Math.Min(most, shape.Reduced);
        return (int)Math.Clamp(total / UnitLength, 1, Math.Max(1, most));
    }

    readonly struct SumTarget(void* sums, double scale, bool accumulate)
    {
        public void Put<T>(long index, T sum) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* at = (T*)sums + index;
            T scaled = sum * T.CreateTruncating(scale);
            *at = accumulate ? *at + scaled : scaled;
        }
    }

    // A unit is a part of the reduced axis for one outer index and one block of columns.
    readonly struct SumKernel(void* x, SumTarget target, ReduceShape shape, int splits, int columnBlocks) : ISimdKernel
    {
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int unit = begin; unit < end; unit++)
            {
                int block = unit % columnBlocks;
                long part = unit / columnBlocks; // outer · splits + split
                long outer = part / splits;
                long split = part % splits;
                int first = (int)(shape.Reduced * split / splits);
                int rows = (int)(shape.Reduced * (split + 1) / splits) - first;
                T* source = (T*)x + (((outer * shape.Reduced) + first) * shape.Inner) + (block * ColumnBlock);
                if (shape.Inner == 1)
                    target.Put(part, RowMath.Sum<V, T>(source, rows));
                else
                    Columns<V, T>(source, rows, Math.Min(ColumnBlock, shape.Inner - (block * ColumnBlock)), (part * shape.Inner) + (block * ColumnBlock));
            }
        }

        // Eight rows are added pairwise, and these sums with Kahan's compensation.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Columns<V, T>(T* source, int rows, int width, long index)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int padded = width + V.Count;
            T* sums = stackalloc T[padded];
            T* lost = stackalloc T[padded];
            new Span<T>(sums, padded).Clear();
            new Span<T>(lost, padded).Clear();
            long stride = shape.Inner;
            int row = 0;
            for (; row <= rows - 8; row += 8, source += 8 * stride)
            {
                for (int c = 0; c < width; c += V.Count)
                {
                    int rest = width - c;
                    T* s = source + c;
                    V low = (Lanes.Load<V, T>(s, 1, rest) + Lanes.Load<V, T>(s + stride, 1, rest))
                        + (Lanes.Load<V, T>(s + (2 * stride), 1, rest) + Lanes.Load<V, T>(s + (3 * stride), 1, rest));
                    s += 4 * stride;
                    V high = (Lanes.Load<V, T>(s, 1, rest) + Lanes.Load<V, T>(s + stride, 1, rest))
                        + (Lanes.Load<V, T>(s + (2 * stride), 1, rest) + Lanes.Load<V, T>(s + (3 * stride), 1, rest));
                    Add<V, T>(low + high, sums + c, lost + c);
                }
            }
            for (; row < rows; row++, source += stride)
            {
                for (int c = 0; c < width; c += V.Count)
                    Add<V, T>(Lanes.Load<V, T>(source + c, 1, width - c), sums + c, lost + c);
            }
            for (int c = 0; c < width; c++)
                target.Put(index + c, sums[c]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Add<V, T>(V value, T* sum, T* lost)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            V before = V.Load(sum);
            V corrected = value - V.Load(lost);
            V after = before + corrected;
            V.Store((after - before) - corrected, lost);
            V.Store(after, sum);
        }
    }
}
