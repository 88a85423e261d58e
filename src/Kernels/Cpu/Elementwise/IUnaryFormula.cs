using System.Numerics;

namespace SuTI.Kernels;

/// <summary>y = f(x) and f′, on one vector. A small struct; what it is parametrised by are its fields.</summary>
public interface IUnaryFormula
{
    /// <summary>Whether <see cref="Derivative"/> looks at x; if not, the backward driver may be given no x.</summary>
    static virtual bool DerivativeReadsInput => true;

    /// <summary>Whether <see cref="Derivative"/> looks at y; if not, the backward driver may be given no y.</summary>
    static virtual bool DerivativeReadsOutput => true;

    /// <summary>Whether f takes a few instructions only, so that the loop around it is worth unrolling.</summary>
    static virtual bool IsCheap => false;

    /// <summary>f(x).</summary>
    V Forward<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>f′ at x, where y = f(x).</summary>
    V Derivative<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
