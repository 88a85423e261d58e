using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Constants of one step of gradient descent.</summary>
/// <param name="LearningRate">α.</param>
/// <param name="Momentum">μ; 0 needs no state.</param>
/// <param name="Dampening">The gradient enters the momentum times 1 − dampening.</param>
/// <param name="WeightDecay">λ; λp is added to the gradient.</param>
/// <param name="IsNesterov">Whether the step looks ahead by μ.</param>
/// <param name="IsFirst">Whether the momentum begins as the gradient itself; its old content is then ignored.</param>
/// <param name="GradientScale">Multiplies the gradient first.</param>
public readonly record struct SgdOptions(
    double LearningRate,
    double Momentum = 0,
    double Dampening = 0,
    double WeightDecay = 0,
    bool IsNesterov = false,
    bool IsFirst = false,
    double GradientScale = 1);

/// <summary>Gradient descent with momentum as PyTorch defines it: b ← μb + (1 − d)g; p ← p − αb, or p − α(g + μb) with
/// Nesterov.</summary>
public static unsafe class SgdCpu
{
    /// <summary>Steps all parameters: value p, gradient g, state 0 b where the momentum is not 0.</summary>
    /// <exception cref="ArgumentException">A parameter with elements lacks an array.</exception>
    public static void Step<T>(WorkerPool pool, ReadOnlySpan<ParameterSlice> parameters, in SgdOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref readonly var slice in parameters)
        {
            bool hasState = slice.State0 != null || options.Momentum == 0;
            if (slice.Length > 0 && (slice.Value == null || slice.Gradient == null || !hasState))
                throw new ArgumentException(
                    "sgd: a parameter needs its value and gradient, and a state for its momentum.", nameof(parameters));
        }
        ParameterSweep.Run(pool, parameters, new Kernel<T>(options));
    }

    readonly struct Kernel<T>(SgdOptions options) : IParameterKernel where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(in ParameterSlice slice, int begin, int end, int chunk)
        {
            var range = new Range(slice, options);
            Simd.Run<T, Range>(ref range, begin, end);
        }
    }

    readonly struct Range(ParameterSlice slice, SgdOptions options) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T* p = (T*)slice.Value;
            T* g = (T*)slice.Gradient;
            T* b = (T*)slice.State0;
            bool hasMomentum = options.Momentum != 0;
            var rate = TVector.Create(T.CreateTruncating(options.LearningRate));
            var decay = TVector.Create(T.CreateTruncating(options.WeightDecay));
            var scale = TVector.Create(T.CreateTruncating(options.GradientScale));
            var momentum = TVector.Create(T.CreateTruncating(options.Momentum));
            var share = TVector.Create(T.CreateTruncating(options.IsFirst ? 1 : 1 - options.Dampening));
            for (int i = begin; i < end; i += TVector.Count)
            {
                int count = Math.Min(TVector.Count, end - i);
                var value = Load<TVector, T>(p + i, count);
                var step = TVector.Fma(decay, value, Load<TVector, T>(g + i, count) * scale);
                if (hasMomentum)
                {
                    var mean = share * step;
                    if (!options.IsFirst)
                        mean = TVector.Fma(momentum, Load<TVector, T>(b + i, count), mean);
                    Store<TVector, T>(mean, b + i, count);
                    step = options.IsNesterov ? TVector.Fma(momentum, mean, step) : mean;
                }
                Store<TVector, T>(TVector.FmaNegated(rate, step, value), p + i, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVector Load<TVector, T>(T* source, int count)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => count == TVector.Count ? TVector.Load(source) : TVector.LoadPartial(source, count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Store<TVector, T>(TVector value, T* destination, int count)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (count == TVector.Count)
                TVector.Store(value, destination);
            else
                TVector.StorePartial(value, destination, count);
        }
    }
}
