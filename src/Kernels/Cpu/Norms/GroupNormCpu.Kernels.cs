using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static unsafe partial class GroupNormCpu
{
    /// <summary>
    /// Per image and channel: the mean of up to eight pixels spread over the image. One pixel alone may lie far from all others,
    /// as the first token of a text does from its padding, and the spread would then be a small difference of large sums.
    /// </summary>
    readonly struct PilotKernel(void* x, void* pilots, GroupNormSizes sizes) : ISimdKernel
    {
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int channels = sizes.Channels;
            int count = sizes.Pixels >= 8 ? 8 : sizes.Pixels >= 4 ? 4 : sizes.Pixels >= 2 ? 2 : 1;
            V share = V.Create(T.One / T.CreateTruncating(count));
            for (int image = begin; image < end; image++)
            {
                T* first = (T*)x + ((long)image * sizes.Pixels * channels);
                T* pilot = (T*)pilots + (3L * image * channels);
                for (int channel = 0; channel < channels; channel += V.Count)
                    Lanes.Store<V, T>(Sum<V, T>(first + channel, 0, count, count, channels - channel) * share, pilot + channel, channels - channel);
            }
        }

        // Halves upon halves: the mean of equal values is that value.
        V Sum<V, T>(T* first, int begin, int length, int count, int lanes)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (length > 1)
                return Sum<V, T>(first, begin, length / 2, count, lanes) + Sum<V, T>(first, begin + (length / 2), length / 2, count, lanes);
            return Lanes.Load<V, T>(first + ((long)begin * sizes.Pixels / count * sizes.Channels), 1, lanes);
        }
    }

    /// <summary>Per stripe and channel: Σ (x − pilot) and Σ (x − pilot)².</summary>
    readonly struct StatisticsKernel(void* x, void* pilots, void* sums, GroupNormSizes sizes) : ISimdKernel
    {
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int channels = sizes.Channels;
            for (int stripe = begin; stripe < end; stripe++)
            {
                var (image, first, last) = sizes.Stripe(stripe);
                T* pilot = (T*)pilots + (3L * image * channels);
                T* rows = (T*)x + ((((long)image * sizes.Pixels) + first) * channels);
                T* sum = (T*)sums + (2L * stripe * channels);
                int channel = 0;
                for (; channel <= channels - (4 * V.Count); channel += 4 * V.Count)
                    Four<V, T>(rows + channel, pilot + channel, sum + channel, channels, last - first);
                for (; channel < channels; channel += V.Count)
                    One<V, T>(rows + channel, pilot + channel, sum + channel, channels, last - first, channels - channel);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Four<V, T>(T* x, T* pilot, T* sum, int channels, int pixels)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            V p0 = V.Load(pilot), p1 = V.Load(pilot + V.Count), p2 = V.Load(pilot + (2 * V.Count)), p3 = V.Load(pilot + (3 * V.Count));
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero, q0 = V.Zero, q1 = V.Zero, q2 = V.Zero, q3 = V.Zero;
            for (int i = 0; i < pixels; i++, x += channels)
            {
                V d0 = V.Load(x) - p0, d1 = V.Load(x + V.Count) - p1, d2 = V.Load(x + (2 * V.Count)) - p2, d3 = V.Load(x + (3 * V.Count)) - p3;
                s0 += d0;
                s1 += d1;
                s2 += d2;
                s3 += d3;
                q0 = V.Fma(d0, d0, q0);
                q1 = V.Fma(d1, d1, q1);
                q2 = V.Fma(d2, d2, q2);
                q3 = V.Fma(d3, d3, q3);
            }
            V.Store(s0, sum);
            V.Store(s1, sum + V.Count);
            V.Store(s2, sum + (2 * V.Count));
            V.Store(s3, sum + (3 * V.Count));
            sum += channels;
            V.Store(q0, sum);
            V.Store(q1, sum + V.Count);
            V.Store(q2, sum + (2 * V.Count));
            V.Store(q3, sum + (3 * V.Count));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void One<V, T>(T* x, T* pilot, T* sum, int channels, int pixels, int lanes)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            V p = Lanes.Load<V, T>(pilot, 1, lanes), s = V.Zero, q = V.Zero;
            for (int i = 0; i < pixels; i++, x += channels)
            {
                V d = Lanes.Load<V, T>(x, 1, lanes) - p;
                s += d;
                q = V.Fma(d, d, q);
            }
            Lanes.Store<V, T>(s, sum, lanes);
            Lanes.Store<V, T>(q, sum + channels, lanes);
        }
    }

    /// <summary>Of each image: both sums of all stripes, channel by channel and in order, into the place of the first stripe.</summary>
    readonly struct StripeTotalsKernel(void* sums, GroupNormSizes sizes) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int row = 2 * sizes.Channels;
            for (int image = begin; image < end; image++)
            {
                T* first = (T*)sums + ((long)image * sizes.StripesPerImage * row);
                for (int i = 0; i < row; i += V.Count)
                {
                    V total = V.Zero;
                    for (int stripe = 0; stripe < sizes.StripesPerImage; stripe++)
                        total += Lanes.Load<V, T>(first + ((long)stripe * row) + i, 1, row - i);
                    Lanes.Store<V, T>(total, first + i, row - i);
                }
            }
        }
    }

    /// <summary>y = act((x − mean) · factor + addend).</summary>
    readonly struct NormalizeKernel(void* x, void* y, void* coefficients, GroupNormSizes sizes, bool silu) : ISimdKernel
    {
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int channels = sizes.Channels;
            for (int i = begin; i < end; i++)
            {
                // Backwards: what the statistics read last is still in the cache.
                var (image, first, last) = sizes.Stripe(sizes.Stripes - 1 - i);
                long offset = (((long)image * sizes.Pixels) + first) * channels;
                T* mean = (T*)coefficients + (3L * image * channels);
                if (silu)
                    Rows<V, T, SiluActivation>((T*)x + offset, (T*)y + offset, mean, channels, last - first);
                else
                    Rows<V, T, NoActivation>((T*)x + offset, (T*)y + offset, mean, channels, last - first);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Rows<V, T, TActivation>(T* x, T* y, T* mean, int channels, int pixels)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TActivation : struct, IActivation
        {
            T* factor = mean + channels, addend = factor + channels;
            for (int i = 0; i < pixels; i++, x += channels, y += channels)
            {
                int channel = 0;
                for (; channel <= channels - V.Count; channel += V.Count)
                {
                    V z = V.Fma(V.Load(x + channel) - V.Load(mean + channel), V.Load(factor + channel), V.Load(addend + channel));
                    V.Store(TActivation.Apply<V, T>(z), y + channel);
                }
                int rest = channels - channel;
                if (rest > 0)
                {
                    V z = V.Fma(V.LoadPartial(x + channel, rest) - V.LoadPartial(mean + channel, rest),
                        V.LoadPartial(factor + channel, rest), V.LoadPartial(addend + channel, rest));
                    V.StorePartial(TActivation.Apply<V, T>(z), y + channel, rest);
                }
            }
        }
    }

    interface IActivation
    {
        static abstract V Apply<V, T>(V z)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;

        /// <summary>The derivative at z.</summary>
        static abstract V Slope<V, T>(V z)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    readonly struct SiluActivation : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, T>(V z)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Silu<V, T>(z);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Slope<V, T>(V z)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.SiluDerivative<V, T>(z);
    }

    readonly struct NoActivation : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V, T>(V z)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => z;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Slope<V, T>(V z)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Create(T.One);
    }
}
