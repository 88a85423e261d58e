using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Random numbers by the counter-based generator Philox 4x32-10. Element e of sample s takes word e mod 4 of the
/// counter (e / 4, s, step, purpose) under the 64-bit seed as key, so every number is a function of its name alone:
/// thread count, vector width and the split of a batch change nothing.
/// </summary>
/// <remarks>
/// Outputs are (samples, elements per sample), row-major; sample 0 of the span is
/// <see cref="PhiloxSource.FirstSample"/> of the source. Where 64 bits are wanted (doubles, integers, permutations) the
/// second word comes from the same counter with the top bit of the purpose set. Source: Salmon, Moraes, Dror, Shaw,
/// Parallel Random Numbers: As Easy as 1, 2, 3 (2011).
/// </remarks>
public static unsafe class PhiloxCpu
{
    const int Grain = 16384;
    const int Buffer = 1024;
    const uint SecondWord = 0x8000_0000;

    /// <summary>The generator itself: the four words of one counter.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block((uint C0, uint C1, uint C2, uint C3) counter, ulong key)
    {
        uint* words = stackalloc uint[4];
        new PhiloxWords(key, counter.C2, counter.C3).Counter(words, counter.C0, counter.C1);
        return (words[0], words[1], words[2], words[3]);
    }

    /// <summary>
    /// Uniform in [0, 1). float: the word's upper 24 bits · 2^−24. double: 53 bits, the word's upper 27 followed by the
    /// second word's upper 26, · 2^−53; so the float is the double's beginning.
    /// </summary>
    /// <exception cref="ArgumentException">The span is no whole number of samples, or the purpose has its top bit
    /// set.</exception>
    public static void Uniform<T>(WorkerPool pool, PhiloxSource source, Span<T> y, int elementsPerSample)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* to = y)
        {
            if (typeof(T) == typeof(float))
                Run(pool, source, y.Length, elementsPerSample,
                    new FloatTask<UniformWords>(source, (float*)to, default));
            else
                Run(pool, source, y.Length, elementsPerSample, new DoubleUniformTask(source, (double*)to));
        }
    }

    /// <summary>
    /// Standard normal, by the sequence of operations that <c>NormalWords</c> documents; relative error about 4e−7,
    /// magnitudes up to 6.76. A double gets the same float number, widened: that is what stays identical on every
    /// machine.
    /// </summary>
    /// <exception cref="ArgumentException">As for <see cref="Uniform"/>.</exception>
    public static void Normal<T>(WorkerPool pool, PhiloxSource source, Span<T> y, int elementsPerSample)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* to = y)
        {
            if (typeof(T) == typeof(float))
                Run(pool, source, y.Length, elementsPerSample, new FloatTask<NormalWords>(source, (float*)to, default));
            else
                Run(pool, source, y.Length, elementsPerSample,
                    new WidenedTask<NormalWords>(source, (double*)to, default));
        }
    }

    /// <summary>y = 1 with the given probability, else 0: word &lt; round(probability · 2^32).</summary>
    /// <exception cref="ArgumentException">As for <see cref="Uniform"/>, or a probability outside [0, 1].</exception>
    public static void Bernoulli<T>(WorkerPool pool, PhiloxSource source, Span<T> y, int elementsPerSample,
        double probability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var words = Threshold(probability, 1, 0);
        fixed (T* to = y)
        {
            if (typeof(T) == typeof(float))
                Run(pool, source, y.Length, elementsPerSample,
                    new FloatTask<ThresholdWords>(source, (float*)to, words));
            else
                Run(pool, source, y.Length, elementsPerSample,
                    new WidenedTask<ThresholdWords>(source, (double*)to, words));
        }
    }

    /// <summary>
    /// Dropout: y = x / (1 − p) where the element is kept, x · 0 where it is dropped, which happens with probability p.
    /// The mask is a function of the source, so the gradient is the same call on dy, and nothing is stored. x and y may
    /// be the same span.
    /// </summary>
    /// <exception cref="ArgumentException">As for <see cref="Uniform"/>, unequal lengths, or p outside [0,
    /// 1].</exception>
    public static void Dropout<T>(WorkerPool pool, PhiloxSource source, ReadOnlySpan<T> x, Span<T> y,
        int elementsPerSample, double p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"dropout: x and y must be equally long; got {x.Length} and {y.Length}.");
        var words = Threshold(p, 0, 1);
        T scale = p < 1 ? T.One / (T.One - T.CreateTruncating(p)) : T.Zero;
        fixed (T* from = x, to = y)
            Run(pool, source, y.Length, elementsPerSample, new DropoutTask<T>(source, from, to, words, scale));
    }

    /// <summary>Integers in [0, bound): the upper half of the 128-bit product of a 64-bit random number and the
    /// bound.</summary>
    /// <remarks>The probabilities differ from 1 / bound by less than 2^−64.</remarks>
    /// <exception cref="ArgumentException">As for <see cref="Uniform"/>, or a bound below 1 or beyond the
    /// type.</exception>
    public static void Integers<TInteger>(WorkerPool pool, PhiloxSource source, Span<TInteger> y, int elementsPerSample,
        long bound)
        where TInteger : unmanaged, IBinaryInteger<TInteger>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        _ = TInteger.CreateChecked(bound - 1);
        fixed (TInteger* to = y)
            Run(pool, source, y.Length, elementsPerSample, new IntegerTask<TInteger>(source, to, (ulong)bound));
    }

    /// <summary>
    /// A permutation of 0 … length − 1 by Fisher and Yates: for i from length − 1 down to 1, entry i changes places
    /// with entry j, the integer in [0, i] that element i of sample <see cref="PhiloxSource.FirstSample"/> gives.
    /// </summary>
    public static void Permutation(PhiloxSource source, Span<int> y)
    {
        CheckPurpose(source);
        for (int i = 0; i < y.Length; i++)
            y[i] = i;
        ulong* numbers = stackalloc ulong[Buffer];
        for (int end = y.Length; end > 0; end -= Buffer)
        {
            int begin = Math.Max(0, end - Buffer);
            Words64(source, numbers, source.FirstSample, (uint)begin, end - begin);
            for (int i = end - 1; i >= begin; i--)
            {
                int j = (int)Math.BigMul(numbers[i - begin], (ulong)i + 1, out _);
                (y[i], y[j]) = (y[j], y[i]);
            }
        }
    }

    static PhiloxWords Words(PhiloxSource source) => new(source.Seed, source.Step, source.Purpose);

    static void Words64(PhiloxSource source, ulong* destination, uint sample, uint first, int count)
    {
        uint* upper = stackalloc uint[Buffer];
        uint* lower = stackalloc uint[Buffer];
        Words(source).Fill(upper, sample, first, count, default(RawWords));
        new PhiloxWords(source.Seed, source.Step, source.Purpose | SecondWord)
            .Fill(lower, sample, first, count, default(RawWords));
        for (int i = 0; i < count; i++)
            destination[i] = ((ulong)upper[i] << 32) | lower[i];
    }

    static ThresholdWords Threshold(double probability, float below, float above)
    {
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentException($"random: a probability lies in [0, 1]; got {probability}.");
        double limit = Math.Round(probability * 4294967296.0, MidpointRounding.ToEven);
        // 2^32 does not fit a word: every element is below it.
        return limit >= 4294967296.0 ? new(0, below, below) : new((uint)limit, below, above);
    }

    static void CheckPurpose(PhiloxSource source)
    {
        if (source.Purpose >= SecondWord)
            throw new ArgumentException($"random: a purpose lies below 2^31; got {source.Purpose}.");
    }

    static void Run<TTask>(WorkerPool pool, PhiloxSource source, int length, int elementsPerSample, TTask task)
        where TTask : struct, ISegmentTask
    {
        CheckPurpose(source);
        if (length == 0)
            return;
        if (elementsPerSample <= 0 || length % elementsPerSample != 0)
            throw new ArgumentException(
                $"random: {length} elements are no whole number of samples of {elementsPerSample}.");
        int chunks = (length + Grain - 1) / Grain;
        pool.For(chunks, new Segments<TTask>(task, source.FirstSample, length, elementsPerSample));
    }

    /// <summary>Work on at most <see cref="Buffer"/> successive elements of one sample.</summary>
    interface ISegmentTask
    {
        void Run(int at, uint sample, uint element, int count);
    }

    readonly struct Segments<TTask>(TTask task, uint firstSample, int length, int elementsPerSample) : IParallelBody
        where TTask : struct, ISegmentTask
    {
        public void Run(int chunk)
        {
            int at = chunk * Grain;
            int end = Math.Min(length - at, Grain) + at;
            while (at < end)
            {
                (int sample, int element) = Math.DivRem(at, elementsPerSample);
                int count = Math.Min(Math.Min(end - at, elementsPerSample - element), Buffer);
                task.Run(at, firstSample + (uint)sample, (uint)element, count);
                at += count;
            }
        }
    }

    readonly struct FloatTask<TMap>(PhiloxSource source, float* y, TMap map) : ISegmentTask
        where TMap : struct, IWordMap
    {
        readonly PhiloxWords _words = Words(source);

        public void Run(int at, uint sample, uint element, int count)
            => _words.Fill((uint*)y + at, sample, element, count, map);
    }

    readonly struct WidenedTask<TMap>(PhiloxSource source, double* y, TMap map) : ISegmentTask
        where TMap : struct, IWordMap
    {
        readonly PhiloxWords _words = Words(source);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int at, uint sample, uint element, int count)
        {
            float* narrow = stackalloc float[Buffer];
            _words.Fill((uint*)narrow, sample, element, count, map);
            for (int i = 0; i < count; i++)
                y[at + i] = narrow[i];
        }
    }

    readonly struct DoubleUniformTask(PhiloxSource source, double* y) : ISegmentTask
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int at, uint sample, uint element, int count)
        {
            ulong* numbers = stackalloc ulong[Buffer];
            Words64(source, numbers, sample, element, count);
            for (int i = 0; i < count; i++)
                y[at + i] = (((numbers[i] >> 37) << 26) | ((uint)numbers[i] >> 6)) * (1.0 / (1L << 53));
        }
    }

    readonly struct IntegerTask<TInteger>(PhiloxSource source, TInteger* y, ulong bound) : ISegmentTask
        where TInteger : unmanaged, IBinaryInteger<TInteger>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int at, uint sample, uint element, int count)
        {
            ulong* numbers = stackalloc ulong[Buffer];
            Words64(source, numbers, sample, element, count);
            for (int i = 0; i < count; i++)
                y[at + i] = TInteger.CreateTruncating(Math.BigMul(numbers[i], bound, out _));
        }
    }

    readonly struct DropoutTask<T>(PhiloxSource source, T* x, T* y, ThresholdWords mask, T scale) : ISegmentTask
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly PhiloxWords _words = Words(source);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int at, uint sample, uint element, int count)
        {
            float* kept = stackalloc float[Buffer];
            _words.Fill((uint*)kept, sample, element, count, mask);
            if (typeof(T) == typeof(float))
            {
                var scaled = new ScaledProduct(x + at, kept, y + at, float.CreateTruncating(scale));
                Simd.Run<float, ScaledProduct>(ref scaled, 0, count);
                return;
            }
            for (int i = 0; i < count; i++)
                y[at + i] = x[at + i] * (T.CreateTruncating(kept[i]) * scale);
        }
    }

    readonly struct ScaledProduct(void* x, float* mask, void* y, float scale) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* from = (T*)x;
            T* kept = (T*)mask;
            T* to = (T*)y;
            T factor = T.CreateTruncating(scale);
            var factors = TVector.Create(factor);
            int i = begin;
            for (; i <= end - TVector.Count; i += TVector.Count)
                TVector.Store(TVector.Load(from + i) * (TVector.Load(kept + i) * factors), to + i);
            for (; i < end; i++)
                to[i] = from[i] * (kept[i] * factor);
        }
    }
}
