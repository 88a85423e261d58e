using System.Numerics;

namespace SuTI.Kernels;

/// <summary>y = f(a, b) and its two derivatives, on one vector. A small struct; what it is parametrised by are its fields.</summary>
public interface IBinaryFormula
{
    /// <summary>Whether a derivative looks at a or b; if not, the backward driver may be given neither.</summary>
    static virtual bool DerivativesReadInputs => true;

    /// <summary>Whether a derivative looks at y; if not, the backward driver may be given no y.</summary>
    static virtual bool DerivativesReadOutput => true;

    /// <summary>f(a, b).</summary>
    V Forward<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>∂f/∂a, where y = f(a, b).</summary>
    V DerivativeA<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>∂f/∂b, where y = f(a, b).</summary>
    V DerivativeB<V, T>(V a, V b, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>A condition on two numbers, on one vector.</summary>
public interface IComparison
{
    /// <summary>A mask as <see cref="ISimd{TSelf, T}.LessThan"/> gives it.</summary>
    V Compare<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
