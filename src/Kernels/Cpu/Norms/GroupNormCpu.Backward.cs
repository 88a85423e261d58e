using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static unsafe partial class GroupNormCpu
{
    /// <summary>All gradients of <see cref="Forward"/>; an empty span means that one is not wanted.</summary>
    /// <param name="dy">(N, pixels, C)</param>
    /// <param name="dx">(N, pixels, C); always written.</param>
    /// <param name="dWeight">(C)</param>
    /// <param name="dBias">(C)</param>
    /// <param name="dScale">(N, C); overwritten.</param>
    /// <param name="dShift">(N, C); overwritten.</param>
    /// <param name="workspace">At least <see cref="BackwardWorkspace"/> elements.</param>
    /// <param name="accumulateWeight">Add to dWeight instead of overwriting it.</param>
    /// <param name="accumulateBias">The same for dBias.</param>
    /// <remarks>
    /// With x̂ = (x − mean) · rstd and dz the gradient before the activation: per channel Σ dz and Σ dz·x̂ give the gradients of all
    /// parameters, and dx = rstd · (g·dz − mean(g·dz) − x̂ · mean(g·dz·x̂)), g = weight · (1 + scale), means over the group.
    /// </remarks>
    /// <exception cref="ArgumentException">As for <see cref="Forward"/>.</exception>
    public static void Backward<T>(WorkerPool pool, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, ReadOnlySpan<T> scale,
        ReadOnlySpan<T> shift, ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, ReadOnlySpan<T> dy, Span<T> dx, Span<T> dWeight, Span<T> dBias,
        Span<T> dScale, Span<T> dShift, Span<T> workspace, GroupNormSizes sizes, bool silu, bool accumulateWeight, bool accumulateBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(sizes, x.Length, dx.Length, mean.Length, rstd.Length, workspace.Length, BackwardWorkspace(sizes));
        Check(sizes, dy.Length, x.Length, mean.Length, rstd.Length, workspace.Length, 0);
        Check(sizes, weight.Length, bias.Length, scale.Length, shift.Length);
        Check(sizes, dWeight.Length, dBias.Length, dScale.Length, dShift.Length);
        if (!accumulateWeight)
            dWeight.Clear();
        if (!accumulateBias)
            dBias.Clear();
        dScale.Clear();
        dShift.Clear();
        if (sizes.Elements == 0)
            return;
        fixed (T* px = x, pdy = dy, pdx = dx, pw = workspace)
        {
            int perImage = sizes.Images * sizes.Channels;
            T* coefficients = pw + (2 * sizes.Stripes * sizes.Channels);
            T* totals = coefficients + (3 * perImage);
            Coefficients(weight, bias, scale, shift, mean, rstd, coefficients, sizes);
            Simd.For<T, GradientSumsKernel>(pool, sizes.Stripes, sizes.StripesPerChunk, new(px, pdy, pdx, coefficients, pw, sizes, silu));
            Simd.For<T, StripeTotalsKernel>(pool, sizes.Images, 1, new(pw, sizes));
            Totals(pw, totals, rstd, sizes);
            ParameterGradients(totals, weight, bias, scale, dWeight, dBias, dScale, dShift, sizes);
            InputCoefficients(totals, coefficients, mean, rstd, weight, scale, sizes);
            // With an activation the sums kernel left dz in dx.
            Simd.For<T, InputGradientKernel>(pool, sizes.Stripes, sizes.StripesPerChunk, new(px, silu ? pdx : pdy, pdx, coefficients, sizes));
        }
    }

    // Per image and channel: Σ dz and Σ dz·x̂ from Σ dz and Σ dz·(x − mean) of the whole image.
    static void Totals<T>(T* sums, T* totals, ReadOnlySpan<T> rstd, GroupNormSizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = sizes.Channels;
        for (int image = 0; image < sizes.Images; image++)
        {
            T* sum = sums + (2L * image * sizes.StripesPerImage * channels);
            T* total = totals + (2L * image * channels);
            for (int channel = 0; channel < channels; channel++)
            {
                total[channel] = sum[channel];
                total[channels + channel] = sum[channels + channel] * rstd[(image * sizes.Groups) + (channel / sizes.ChannelsPerGroup)];
            }
        }
    }

    static void ParameterGradients<T>(T* totals, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, ReadOnlySpan<T> scale, Span<T> dWeight,
        Span<T> dBias, Span<T> dScale, Span<T> dShift, GroupNormSizes sizes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = sizes.Channels;
        for (int channel = 0; channel < channels; channel++)
        {
            T ofWeight = T.Zero, ofBias = T.Zero;
            for (int image = 0; image < sizes.Images; image++)
            {
                T* total = totals + (2L * image * channels);
                int at = (image * channels) + channel;
                T gain = scale.IsEmpty ? T.One : T.One + scale[at];
                ofWeight += gain * total[channels + channel];
                ofBias += gain * total[channel];
                if (!dShift.IsEmpty)
                    dShift[at] = total[channel];
                if (!dScale.IsEmpty)
                    dScale[at] = ((weight.IsEmpty ? T.One : weight[channel]) * total[channels + channel])
                        + ((bias.IsEmpty ? T.Zero : bias[channel]) * total[channel]);
            }
            if (!dWeight.IsEmpty)
                dWeight[channel] += ofWeight;
            if (!dBias.IsEmpty)
                dBias[channel] += ofBias;
        }
    }

    // Overwrites the factors by those of dx = dz · factor − (x − mean) · slope − level.
    static void InputCoefficients<T>(T* totals, T* coefficients, ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, ReadOnlySpan<T> weight,
        ReadOnlySpan<T> scale, GroupNormSizes sizes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = sizes.Channels, width = sizes.ChannelsPerGroup;
        double count = (double)sizes.Pixels * width;
        T* levels = totals; // the totals of a group are read before its levels and slopes take their place
        for (int image = 0; image < sizes.Images; image++)
        {
            T* total = totals + (2L * image * channels);
            T* row = coefficients + (3L * image * channels);
            for (int group = 0; group < sizes.Groups; group++)
            {
                double plain = 0, moment = 0;
                for (int channel = group * width; channel < (group + 1) * width; channel++)
                {
                    double gain = Gain(weight, scale, channel, (image * channels) + channel);
                    plain += gain * double.CreateTruncating(total[channel]);
                    moment += gain * double.CreateTruncating(total[channels + channel]);
                }
                double r = double.CreateTruncating(rstd[(image * sizes.Groups) + group]);
                for (int channel = group * width; channel < (group + 1) * width; channel++)
                {
                    row[channels + channel] = T.CreateTruncating(Gain(weight, scale, channel, (image * channels) + channel) * r);
                    row[(2 * channels) + channel] = T.CreateTruncating(r * r * moment / count);
                    levels[(2L * image * channels) + channel] = T.CreateTruncating(r * plain / count);
                }
            }
        }
    }

    // d z / d x̂ of a channel.
    static double Gain<T>(ReadOnlySpan<T> weight, ReadOnlySpan<T> scale, int channel, int at)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => (weight.IsEmpty ? 1 : double.CreateTruncating(weight[channel])) * (scale.IsEmpty ? 1 : 1 + double.CreateTruncating(scale[at]));

    /// <summary>Per stripe and channel: Σ dz and Σ dz · (x − mean); leaves dz in dx if there is an activation.</summary>
    readonly struct GradientSumsKernel(void* x, void* dy, void* dx, void* coefficients, void* sums, GroupNormSizes sizes, bool silu) : ISimdKernel
    {
        const int PixelsAtOnce = 8;

        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int channels = sizes.Channels;
            for (int stripe = begin; stripe < end; stripe++)
            {
                var (image, first, last) = sizes.Stripe(stripe);
                long offset = (((long)image * sizes.Pixels) + first) * channels;
                T* mean = (T*)coefficients + (3L * image * channels);
                T* sum = (T*)sums + (2L * stripe * channels);
                new Span<T>(sum, 2 * channels).Clear();
                // Few pixels at a time, so that memory is read in its order.
                for (int pixel = first; pixel < last; pixel += PixelsAtOnce, offset += (long)PixelsAtOnce * channels)
                {
                    int pixels = Math.Min(PixelsAtOnce, last - pixel);
                    for (int channel = 0; channel < channels; channel += V.Count)
                    {
                        T* px = (T*)x + offset + channel, pdy = (T*)dy + offset + channel;
                        T* pdz = silu ? (T*)dx + offset + channel : null;
                        Column<V, T>(px, pdy, pdz, mean + channel, sum + channel, channels, pixels, channels - channel);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Column<V, T>(T* x, T* dy, T* dz, T* mean, T* sum, int channels, int pixels, int lanes)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            V m = Lanes.Load<V, T>(mean, 1, lanes), factor = Lanes.Load<V, T>(mean + channels, 1, lanes),
                addend = Lanes.Load<V, T>(mean + (2 * channels), 1, lanes), plain = V.Zero, moment = V.Zero;
            for (int i = 0; i < pixels; i++, x += channels, dy += channels)
            {
                V gradient = Lanes.Load<V, T>(dy, 1, lanes), d = Lanes.Load<V, T>(x, 1, lanes) - m;
                if (dz != null)
                {
                    gradient *= VectorMath.SiluDerivative<V, T>(V.Fma(d, factor, addend));
                    Lanes.Store<V, T>(gradient, dz, lanes);
                    dz += channels;
                }
                plain += gradient;
                moment = V.Fma(gradient, d, moment);
            }
            Lanes.Store<V, T>(Lanes.Load<V, T>(sum, 1, lanes) + plain, sum, lanes);
            Lanes.Store<V, T>(Lanes.Load<V, T>(sum + channels, 1, lanes) + moment, sum + channels, lanes);
        }
    }

    /// <summary>dx = dz · factor − (x − mean) · slope − level; dz may be dx itself.</summary>
    readonly struct InputGradientKernel(void* x, void* dz, void* dx, void* coefficients, GroupNormSizes sizes) : ISimdKernel
    {
        public void Run<V, T>(int begin, int end)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int channels = sizes.Channels;
            for (int i = begin; i < end; i++)
            {
                // Backwards, as in NormalizeKernel.
                var (image, first, last) = sizes.Stripe(sizes.Stripes - 1 - i);
                long offset = (((long)image * sizes.Pixels) + first) * channels;
                T* mean = (T*)coefficients + (3L * image * channels);
                T* level = (T*)coefficients + (3L * sizes.Images * channels) + (2L * image * channels);
                Rows<V, T>((T*)x + offset, (T*)dz + offset, (T*)dx + offset, mean, level, channels, last - first);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Rows<V, T>(T* x, T* dz, T* dx, T* mean, T* level, int channels, int pixels)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* factor = mean + channels, slope = factor + channels;
            for (int i = 0; i < pixels; i++, x += channels, dz += channels, dx += channels)
            {
                int channel = 0;
                for (; channel <= channels - V.Count; channel += V.Count)
                {
                    V d = V.Load(x + channel) - V.Load(mean + channel);
                    V.Store(V.FmaNegated(d, V.Load(slope + channel),
                        V.Fma(V.Load(dz + channel), V.Load(factor + channel), -V.Load(level + channel))), dx + channel);
                }
                int rest = channels - channel;
                if (rest > 0)
                {
                    V d = V.LoadPartial(x + channel, rest) - V.LoadPartial(mean + channel, rest);
                    V.StorePartial(V.FmaNegated(d, V.LoadPartial(slope + channel, rest),
                        V.Fma(V.LoadPartial(dz + channel, rest), V.LoadPartial(factor + channel, rest), -V.LoadPartial(level + channel, rest))),
                        dx + channel, rest);
                }
            }
        }
    }
}
