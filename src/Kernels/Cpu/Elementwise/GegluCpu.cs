using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// GEGLU (Shazeer, 2020, equation 6 without the products): y = a · GELU(g), where a and g are the first and the second half of each
/// row of x (rows, 2 · width) and y is (rows, width). GELU is the exact one.
/// </summary>
public static unsafe class GegluCpu
{
    const int Grain = 16384;

    /// <exception cref="ArgumentException">x does not hold rows · 2 · width elements, or y not half of them.</exception>
    public static void Forward<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, int rows, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(x.Length, y.Length, rows, width);
        fixed (T* px = x, py = y)
            Simd.For<T, ForwardKernel>(pool, rows, RowsPerChunk(rows, width), new(px, py, width));
    }

    /// <summary>dx, both halves, from x and dy.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Forward"/>; dx is as long as x.</exception>
    public static void Backward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx, int rows, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(x.Length, dy.Length, rows, width);
        Check(dx.Length, dy.Length, rows, width);
        fixed (T* px = x, pdy = dy, pdx = dx)
            Simd.For<T, BackwardKernel>(pool, rows, RowsPerChunk(rows, width), new(px, pdy, pdx, width));
    }

    static int RowsPerChunk(int rows, int width) => Math.Max(1, Math.Max(Grain / Math.Max(width, 1), rows / 16));

    static void Check(int xLength, int yLength, int rows, int width)
    {
        if (yLength != (long)rows * width || xLength != 2L * rows * width)
            throw new ArgumentException($"geglu: x must have {rows} × {2L * width} elements and y half of them; they have {xLength} and {yLength}.");
    }

    readonly struct ForwardKernel(void* x, void* y, int width) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                T* a = (T*)x + (2L * row * width);
                T* g = a + width;
                T* py = (T*)y + ((long)row * width);
                int i = 0;
                for (; i <= width - V.Count; i += V.Count)
                    V.Store(V.Load(a + i) * VectorMath.Gelu<V, T>(V.Load(g + i)), py + i);
                int rest = width - i;
                if (rest > 0)
                    V.StorePartial(V.LoadPartial(a + i, rest) * VectorMath.Gelu<V, T>(V.LoadPartial(g + i, rest)), py + i, rest);
            }
        }
    }

    readonly struct BackwardKernel(void* x, void* dy, void* dx, int width) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int row = begin; row < end; row++)
            {
                T* a = (T*)x + (2L * row * width);
                T* da = (T*)dx + (2L * row * width);
                T* pdy = (T*)dy + ((long)row * width);
                for (int i = 0; i < width; i += V.Count)
                {
                    int rest = width - i;
                    V vdy = Lanes.Load<V, T>(pdy + i, 1, rest);
                    V gelu = VectorMath.Gelu<V, T>(Lanes.Load<V, T>(a + width + i, 1, rest), out V slope);
                    Lanes.Store<V, T>(vdy * gelu, da + i, rest);
                    Lanes.Store<V, T>(vdy * Lanes.Load<V, T>(a + i, 1, rest) * slope, da + width + i, rest);
                }
            }
        }
    }
}
