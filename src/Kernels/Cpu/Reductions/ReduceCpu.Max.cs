using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static unsafe partial class ReduceCpu
{
    /// <summary>
    /// y = largest x, and the index along the reduced axis of the first x that equals it, to which the gradient goes. A NaN is
    /// largest of all; the largest of nothing is −∞ at index −1.
    /// </summary>
    /// <param name="indices">(Outer, Inner), as y.</param>
    /// <exception cref="ArgumentException">A length does not match the shape.</exception>
    public static void Max<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, Span<int> indices, ReduceShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Check(x.Length, y.Length);
        shape.Check(x.Length, indices.Length);
        fixed (T* px = x, py = y)
        fixed (int* pi = indices)
            Simd.For<T, MaxKernel>(pool, y.Length, shape.OutputsPerChunk(), new(px, py, pi, shape));
    }

    /// <summary>dx = dy at the indices that <see cref="Max"/> stored, 0 elsewhere.</summary>
    /// <exception cref="ArgumentException">A length does not match the shape.</exception>
    public static void MaxBackward<T>(WorkerPool pool, ReadOnlySpan<T> dy, ReadOnlySpan<int> indices, Span<T> dx, ReduceShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        shape.Check(dx.Length, dy.Length);
        shape.Check(dx.Length, indices.Length);
        ElementwiseCpu.Fill(pool, dx, 0);
        for (int i = 0; i < dy.Length; i++)
        {
            if (indices[i] >= 0)
                dx[(((i / shape.Inner * shape.Reduced) + indices[i]) * shape.Inner) + (i % shape.Inner)] = dy[i];
        }
    }

    readonly struct MaxKernel(void* x, void* y, int* indices, ReduceShape shape) : ISimdKernel
    {
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int i = begin; i < end;)
            {
                T* first = (T*)x + ((long)(i / shape.Inner) * shape.Reduced * shape.Inner) + (i % shape.Inner);
                int columns = Math.Min(Math.Min(V.Count, shape.Inner - (i % shape.Inner)), end - i);
                if (shape.Inner == 1)
                    Row<V, T>(first, (T*)y + i, indices + i);
                else
                    Columns<V, T>(first, (T*)y + i, indices + i, columns);
                i += columns;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Row<V, T>(T* row, T* largest, int* index)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T best = RowMath.Max<V, T>(row, shape.Reduced);
            V wanted = V.Create(best);
            *index = -1;
            // The first element that is the largest one or NaN; NaN may have been lost from the maximum, so all are looked at.
            for (int i = 0; i < shape.Reduced; i += V.Count)
            {
                int rest = shape.Reduced - i;
                V v = Lanes.Load<V, T>(row + i, 1, rest);
                uint live = rest >= V.Count ? uint.MaxValue : (1u << rest) - 1;
                uint numbers = V.MaskBits(V.Equals(v, v));
                uint lanes = V.MaskBits(V.Equals(wanted, wanted)) & live; // all lanes of this vector, or none if best is NaN
                uint nan = ~numbers & live & ((1u << V.Count) - 1);
                uint equal = V.MaskBits(V.Equals(v, wanted)) & lanes;
                if (nan != 0)
                {
                    *index = i + BitOperations.TrailingZeroCount(nan);
                    break;
                }
                if (equal != 0 && *index < 0)
                    *index = i + BitOperations.TrailingZeroCount(equal);
            }
            *largest = *index < 0 ? best : row[*index];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Columns<V, T>(T* first, T* largest, int* index, int count)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            V best = V.Create(T.NegativeInfinity);
            for (int lane = 0; lane < count; lane++)
                index[lane] = shape.Reduced == 0 ? -1 : 0;
            uint live = (1u << count) - 1;
            for (int r = 0; r < shape.Reduced; r++)
            {
                V v = Lanes.Load<V, T>(first + ((long)r * shape.Inner), 1, count);
                uint numbers = V.MaskBits(V.Equals(best, best));
                uint better = (V.MaskBits(V.LessThan(best, v)) | ~V.MaskBits(V.Equals(v, v))) & numbers & live;
                best = V.Select(V.FromMaskBits(better), v, best);
                for (; better != 0; better &= better - 1)
                    index[BitOperations.TrailingZeroCount(better)] = r;
            }
            Lanes.Store<V, T>(best, largest, count);
        }
    }
}
