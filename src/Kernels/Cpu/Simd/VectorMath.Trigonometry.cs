using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

public static unsafe partial class VectorMath
{
    /// <summary>Sine. Arguments beyond the range of the vector reduction are done one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsBeyondReduction<V, T>(x))
            return OneByOne<V, T>(x, sine: true);
        V r = ReduceByHalfPi<V, T>(x, out V quadrant);
        return SineOfQuadrant<V, T>(r, quadrant);
    }

    /// <summary>Cosine. Arguments beyond the range of the vector reduction are done one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cos<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsBeyondReduction<V, T>(x))
            return OneByOne<V, T>(x, sine: false);
        V r = ReduceByHalfPi<V, T>(x, out V quadrant);
        return SineOfQuadrant<V, T>(r, quadrant + Const<V, T>(1));
    }

    // The parts of π/2 below have so few bits that their products with the quadrant number are exact up to here.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsBeyondReduction<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => V.MaxAcross(V.Abs(x)) > T.CreateTruncating(IsFloat<T>() ? 12_000 : 1_600_000);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ReduceByHalfPi<V, T>(V x, out V quadrant)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        quadrant = V.Round(x * Const<V, T>(0.63661977236758134));
        V r = x;
        if (IsFloat<T>())
        {
            r = V.FmaNegated(quadrant, Const<V, T>(1.5703125), r);
            r = V.FmaNegated(quadrant, Const<V, T>(0.0004837512969970703125), r);
            r = V.FmaNegated(quadrant, Const<V, T>(7.549533620476722717285156e-8), r);
            return V.FmaNegated(quadrant, Const<V, T>(2.563344151594518788188942e-12), r);
        }
        r = V.FmaNegated(quadrant, Const<V, T>(1.57079632673412561416626), r);
        r = V.FmaNegated(quadrant, Const<V, T>(6.077100506303965976595549e-11), r);
        r = V.FmaNegated(quadrant, Const<V, T>(2.022266248711166455795996e-21), r);
        return V.FmaNegated(quadrant, Const<V, T>(8.478427660368899643958701e-32), r);
    }

    // sin(r + quadrant · π/2) for |r| ≤ π/4.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V SineOfQuadrant<V, T>(V r, V quadrant)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V z = r * r;
        V sine = V.Fma(r * z, SineTail<V, T>(z), r);
        V cosine = V.Fma(z * z, CosineTail<V, T>(z), V.Fma(z, Const<V, T>(-0.5), Const<V, T>(1)));
        V half = Const<V, T>(0.5) * quadrant;
        V isOdd = V.LessThan(V.Zero, V.Abs(half - V.Round(half)));
        V value = V.Select(isOdd, cosine, sine);
        // Quadrants 2 and 3 of 4 are negative: the distance of (quadrant − ½) / 4 to an integer tells.
        V turn = V.Fma(quadrant, Const<V, T>(0.25), Const<V, T>(-0.125));
        V isNegative = V.LessThan(Const<V, T>(0.25), V.Abs(turn - V.Round(turn)));
        return V.Select(isNegative, -value, value);
    }

    static V OneByOne<V, T>(V x, bool sine)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[V.Count];
        V.Store(x, lanes);
        for (int i = 0; i < V.Count; i++)
            lanes[i] = sine ? T.Sin(lanes[i]) : T.Cos(lanes[i]);
        return V.Load(lanes);
    }

    // (sin r − r) / r³ in z = r².
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V SineTail<V, T>(V z)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p;
        if (IsFloat<T>())
        {
            p = Const<V, T>(2.718237593e-6);
            p = V.Fma(p, z, Const<V, T>(-0.0001983932717));
            p = V.Fma(p, z, Const<V, T>(0.008333329362));
            return V.Fma(p, z, Const<V, T>(-0.1666666664));
        }
        p = Const<V, T>(-7.578626147750867014e-13);
        p = V.Fma(p, z, Const<V, T>(1.605836520735277183e-10));
        p = V.Fma(p, z, Const<V, T>(-2.505210490066060976e-8));
        p = V.Fma(p, z, Const<V, T>(2.755731921414936574e-6));
        p = V.Fma(p, z, Const<V, T>(-0.0001984126984125499026));
        p = V.Fma(p, z, Const<V, T>(0.008333333333333322703));
        return V.Fma(p, z, Const<V, T>(-0.1666666666666666664));
    }

    // (cos r − 1 + r²/2) / r⁴ in z = r².
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V CosineTail<V, T>(V z)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V p;
        if (IsFloat<T>())
        {
            p = Const<V, T>(-2.720958173e-7);
            p = V.Fma(p, z, Const<V, T>(2.479951216e-5));
            p = V.Fma(p, z, Const<V, T>(-0.001388888372));
            return V.Fma(p, z, Const<V, T>(0.04166666662));
        }
        p = Const<V, T>(4.738048350121129072e-14);
        p = V.Fma(p, z, Const<V, T>(-1.147029194178913469e-11));
        p = V.Fma(p, z, Const<V, T>(2.087675435467877771e-9));
        p = V.Fma(p, z, Const<V, T>(-2.755731921532574545e-7));
        p = V.Fma(p, z, Const<V, T>(0.00002480158730157138137));
        p = V.Fma(p, z, Const<V, T>(-0.001388888888888887403));
        return V.Fma(p, z, Const<V, T>(0.04166666666666666661));
    }
}
