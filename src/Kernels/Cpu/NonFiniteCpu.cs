using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Finds NaN and infinity.</summary>
public static unsafe class NonFiniteCpu
{
    const int Grain = 65536;

    // Elements whose products with zero are summed before the sum is looked at.
    const int Block = 4096;

    /// <summary>Index of the first element that is NaN or infinite, or −1.</summary>
    public static int FirstIndex<T>(WorkerPool pool, ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int first = int.MaxValue;
        fixed (T* source = x)
            Simd.For<T, Scan>(pool, x.Length, Grain, new Scan(source, &first));
        return first == int.MaxValue ? -1 : first;
    }

    readonly struct Scan(void* x, int* first) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* source = (T*)x;
            for (int block = begin; block < end && block < Volatile.Read(ref *first); block += Block)
            {
                int last = Math.Min(block + Block, end);
                if (IsFinite<TVector, T>(source, block, last))
                    continue;
                for (int i = block; i < last; i++)
                    if (!T.IsFinite(source[i]))
                    {
                        Lower(i);
                        return;
                    }
            }
        }

        // 0 · x is zero exactly where x is finite; NaN survives the additions.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static bool IsFinite<TVector, T>(T* x, int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var zero = TVector.Zero;
            var sum0 = zero;
            var sum1 = zero;
            var sum2 = zero;
            var sum3 = zero;
            int i = begin;
            for (; i <= end - 4 * TVector.Count; i += 4 * TVector.Count)
            {
                sum0 = TVector.Fma(TVector.Load(x + i), zero, sum0);
                sum1 = TVector.Fma(TVector.Load(x + i + TVector.Count), zero, sum1);
                sum2 = TVector.Fma(TVector.Load(x + i + 2 * TVector.Count), zero, sum2);
                sum3 = TVector.Fma(TVector.Load(x + i + 3 * TVector.Count), zero, sum3);
            }
            T sum = TVector.Sum((sum0 + sum1) + (sum2 + sum3));
            for (; i < end; i++)
                sum += x[i] * T.Zero;
            return sum == T.Zero;
        }

        void Lower(int index)
        {
            int seen = Volatile.Read(ref *first);
            while (index < seen)
            {
                int found = Interlocked.CompareExchange(ref *first, index, seen);
                if (found == seen)
                    return;
                seen = found;
            }
        }
    }
}
