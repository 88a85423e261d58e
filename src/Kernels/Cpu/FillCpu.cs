using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Constants and arithmetic sequences.</summary>
public static unsafe class FillCpu
{
    const int Grain = 65536;

    /// <summary>y[i] = value.</summary>
    public static void Fill<T>(WorkerPool pool, Span<T> y, T value) where T : unmanaged
    {
        fixed (T* to = y)
            pool.For((int)((y.Length + Grain - 1L) / Grain), new Constant<T>(to, value, y.Length));
    }

    /// <summary>y[i] = start + i · step; floats are computed in double and rounded once.</summary>
    public static void Arange<T>(WorkerPool pool, Span<T> y, T start, T step) where T : unmanaged, INumber<T>
    {
        fixed (T* to = y)
            pool.For((int)((y.Length + Grain - 1L) / Grain), new Sequence<T>(to, start, step, y.Length));
    }

    readonly struct Constant<T>(T* y, T value, int length) : IParallelBody where T : unmanaged
    {
        public void Run(int chunk)
        {
            int begin = chunk * Grain;
            new Span<T>(y + begin, Math.Min(Grain, length - begin)).Fill(value);
        }
    }

    readonly struct Sequence<T>(T* y, T start, T step, int length) : IParallelBody where T : unmanaged, INumber<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            int begin = chunk * Grain;
            int end = begin + Math.Min(Grain, length - begin);
            if (typeof(T) == typeof(float))
            {
                double first = double.CreateTruncating(start);
                double distance = double.CreateTruncating(step);
                for (int i = begin; i < end; i++)
                    y[i] = T.CreateTruncating(first + i * distance);
                return;
            }
            for (int i = begin; i < end; i++)
                y[i] = start + T.CreateTruncating(i) * step;
        }
    }
}
