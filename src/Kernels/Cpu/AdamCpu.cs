using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Constants of one Adam step.</summary>
/// <param name="LearningRate">α.</param>
/// <param name="Beta1">Decay of the mean of gradients.</param>
/// <param name="Beta2">Decay of the mean of squared gradients.</param>
/// <param name="Epsilon">Added to the root of the second moment, after its bias correction.</param>
/// <param name="WeightDecay">λ.</param>
/// <param name="BiasCorrection1">1 − β₁^t for step t, counted from 1.</param>
/// <param name="BiasCorrection2">1 − β₂^t.</param>
/// <param name="IsDecoupled">Whether p shrinks by 1 − αλ (AdamW), rather than λp being added to the gradient.</param>
/// <param name="GradientScale">Multiplies the gradient first: clipping and loss scaling without a pass of their
/// own.</param>
/// <param name="AverageDecay">Decay of the moving average, for parameters that have one.</param>
public readonly record struct AdamOptions(
    double LearningRate,
    double Beta1,
    double Beta2,
    double Epsilon,
    double WeightDecay,
    double BiasCorrection1,
    double BiasCorrection2,
    bool IsDecoupled = true,
    double GradientScale = 1,
    double AverageDecay = 0);

/// <summary>
/// Adam and AdamW in one pass: m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − α (m / c₁) / (√v / √c₂ + ε).
/// </summary>
/// <remarks>Sources: Kingma and Ba, Adam, 2015, Algorithm 1; Loshchilov and Hutter, Decoupled Weight Decay
/// Regularization, 2019, Algorithm 2.</remarks>
public static unsafe class AdamCpu
{
    /// <summary>Steps all parameters: value p, gradient g, state 0 m, state 1 v, and the average where there is
    /// one.</summary>
    /// <exception cref="ArgumentException">A parameter with elements lacks an array.</exception>
    public static void Step<T>(WorkerPool pool, ReadOnlySpan<ParameterSlice> parameters, in AdamOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref readonly var slice in parameters)
        {
            bool hasAll = slice.Value != null && slice.Gradient != null && slice.State0 != null && slice.State1 != null;
            if (slice.Length > 0 && !hasAll)
                throw new ArgumentException(
                    "adam: a parameter needs its value, gradient and both states.", nameof(parameters));
        }
        ParameterSweep.Run(pool, parameters, new Kernel<T>(options));
    }

    readonly struct Kernel<T>(AdamOptions options) : IParameterKernel
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(in ParameterSlice slice, int begin, int end, int chunk)
        {
            var range = new Range(slice, options);
            Simd.Run<T, Range>(ref range, begin, end);
        }
    }

    readonly struct Range(ParameterSlice slice, AdamOptions options) : ISimdKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TVector, T>(int begin, int end)
            where TVector : unmanaged, ISimd<TVector, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var constants = new Constants<TVector, T>(options);
            T* p = (T*)slice.Value;
            T* g = (T*)slice.Gradient;
            T* m = (T*)slice.State0;
            T* v = (T*)slice.State1;
            T* average = (T*)slice.Average;
            int i = begin;
            for (; i <= end - TVector.Count; i += TVector.Count)
            {
                var value = TVector.Load(p + i);
                var first = TVector.Load(m + i);
                var second = TVector.Load(v + i);
                constants.Update(ref value, TVector.Load(g + i), ref first, ref second);
                TVector.Store(value, p + i);
                TVector.Store(first, m + i);
                TVector.Store(second, v + i);
                if (average != null)
                    TVector.Store(constants.Average(TVector.Load(average + i), value), average + i);
            }
            int rest = end - i;
            if (rest == 0)
                return;
            var lastValue = TVector.LoadPartial(p + i, rest);
            var lastFirst = TVector.LoadPartial(m + i, rest);
            var lastSecond = TVector.LoadPartial(v + i, rest);
            constants.Update(ref lastValue, TVector.LoadPartial(g + i, rest), ref lastFirst, ref lastSecond);
            TVector.StorePartial(lastValue, p + i, rest);
            TVector.StorePartial(lastFirst, m + i, rest);
            TVector.StorePartial(lastSecond, v + i, rest);
            if (average != null)
                TVector.StorePartial(constants.Average(TVector.LoadPartial(average + i, rest), lastValue), average + i,
                    rest);
        }
    }

    readonly struct Constants<TVector, T>
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly TVector _beta1;
        readonly TVector _rest1;
        readonly TVector _beta2;
        readonly TVector _rest2;
        readonly TVector _scale;
        readonly TVector _penalty;
        readonly TVector _shrink;
        readonly TVector _rootScale;
        readonly TVector _epsilon;
        readonly TVector _step;
        readonly TVector _averageRest;

        public Constants(in AdamOptions options)
        {
            _beta1 = Broadcast(options.Beta1);
            _rest1 = Broadcast(1 - options.Beta1);
            _beta2 = Broadcast(options.Beta2);
            _rest2 = Broadcast(1 - options.Beta2);
            _scale = Broadcast(options.GradientScale);
            _penalty = Broadcast(options.IsDecoupled ? 0 : options.WeightDecay);
            _shrink = Broadcast(options.IsDecoupled ? 1 - options.LearningRate * options.WeightDecay : 1);
            _rootScale = Broadcast(1 / Math.Sqrt(options.BiasCorrection2));
            _epsilon = Broadcast(options.Epsilon);
            _step = Broadcast(options.LearningRate / options.BiasCorrection1);
            _averageRest = Broadcast(1 - options.AverageDecay);
        }

        static TVector Broadcast(double value) => TVector.Create(T.CreateTruncating(value));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update(ref TVector p, TVector g, ref TVector m, ref TVector v)
        {
            g = TVector.Fma(_penalty, p, g * _scale);
            m = TVector.Fma(_rest1, g, _beta1 * m);
            v = TVector.Fma(_rest2 * g, g, _beta2 * v);
            var root = TVector.Fma(TVector.Sqrt(v), _rootScale, _epsilon);
            p = TVector.FmaNegated(_step, m / root, p * _shrink);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Average(TVector average, TVector p) => TVector.Fma(_averageRest, p - average, average);
    }
}
