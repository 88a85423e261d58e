using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Exponential moving average of parameters: s ← s + (1 − decay)(p − s), which leaves s exact where it equals
/// p.</summary>
public static unsafe class EmaCpu
{
    /// <summary>Updates the averages of all parameters from their values.</summary>
    /// <exception cref="ArgumentException">A parameter with elements has no average.</exception>
    public static void Step<T>(WorkerPool pool, ReadOnlySpan<ParameterSlice> parameters, double decay)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref readonly var slice in parameters)
            if (slice.Length > 0 && (slice.Value == null || slice.Average == null))
                throw new ArgumentException("ema: a parameter needs its value and its average.", nameof(parameters));
        ParameterSweep.Run(pool, parameters, new Kernel<T>(decay));
    }

    readonly struct Kernel<T>(double decay) : IParameterKernel where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(in ParameterSlice slice, int begin, int end, int chunk)
        {
            var range = new Range(slice.Value, slice.Average, 1 - decay);
            Simd.Run<T, Range>(ref range, begin, end);
        }
    }

    readonly struct Range(void* value, void* average, double rest) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* p = (T*)value;
            T* s = (T*)average;
            var share = TVector.Create(T.CreateTruncating(rest));
            int i = begin;
            for (; i <= end - TVector.Count; i += TVector.Count)
            {
                var old = TVector.Load(s + i);
                TVector.Store(TVector.Fma(share, TVector.Load(p + i) - old, old), s + i);
            }
            if (i == end)
                return;
            var last = TVector.LoadPartial(s + i, end - i);
            TVector.StorePartial(TVector.Fma(share, TVector.LoadPartial(p + i, end - i) - last, last), s + i, end - i);
        }
    }
}
