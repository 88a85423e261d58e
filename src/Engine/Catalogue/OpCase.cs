namespace SuTI.Engine.Catalogue;

/// <summary>One op of the engine with everything that is checked about it.</summary>
/// <param name="Op">As <see cref="Engine.Op.Name"/>.</param>
/// <param name="Variants">Odd shapes, size 1, zero size, other layouts, options.</param>
public sealed record OpCase(string Op, params OpVariant[] Variants);

/// <summary>One way to call an op.</summary>
/// <param name="Name">What is particular about it: odd_width, broadcast, zero_size.</param>
/// <param name="Inputs">What to call it with.</param>
/// <param name="Apply">The call.</param>
/// <param name="Reference">The same in plain loops over doubles, written from the definition.</param>
public sealed record OpVariant(string Name, OpInput[] Inputs, Func<Tensor[], Tensor> Apply, Func<NdArray[], NdArray> Reference)
{
    /// <summary>Relative bound of f64 against the reference, of the largest magnitude.</summary>
    public double Tolerance { get; init; } = 1e-12;

    /// <summary>Relative bound of f32 against f64, of the largest magnitude and of the norm.</summary>
    public double SingleTolerance { get; init; } = 4e-6;

    /// <summary>Relative bound of the analytic against the numeric gradient, beside 1e-8 absolute.</summary>
    public double GradientTolerance { get; init; } = 1e-6;

    /// <summary>Elements of each input whose gradient is tried; fewer for inputs so large that one call takes long.</summary>
    public int GradientElements { get; init; } = 256;

    /// <summary>False where the result has no gradient: comparisons, random numbers, casts to integers.</summary>
    public bool IsDifferentiable { get; init; } = true;

    /// <summary>
    /// Size of the terms whose sum a gradient is, where they cancel altogether: then errors are measured by them, not by the sum.
    /// </summary>
    public double CancellingTerms { get; init; }

    /// <summary>Whether it casts from or to f64 by itself, which exists on the processor alone.</summary>
    public bool NeedsFloat64 { get; init; }
}

/// <summary>How an input lies in memory.</summary>
public enum InputLayout
{
    Contiguous,

    /// <summary>The axes are stored in reverse order.</summary>
    Transposed,

    /// <summary>Every second element of a wider last axis.</summary>
    Strided,
}

/// <summary>One input of a variant: values are drawn from its domain by a generator keyed by the variant.</summary>
/// <param name="Shape">As the op sees it.</param>
public sealed record OpInput(Shape Shape)
{
    /// <summary>Values are uniform between these bounds; whole numbers below <see cref="High"/> if <see cref="IsIndex"/>.</summary>
    public double Low { get; init; } = -2;

    public double High { get; init; } = 2;

    /// <summary>Class numbers or row numbers (i64).</summary>
    public bool IsIndex { get; init; }

    /// <summary>True or false (bool).</summary>
    public bool IsCondition { get; init; }

    /// <summary>Points where the op has no derivative: values stay at least 0.01 away.</summary>
    public double[] Kinks { get; init; } = [];

    /// <summary>No two values closer than 0.01: for max, whose gradient jumps at ties.</summary>
    public bool IsDistinct { get; init; }

    public bool IsDifferentiable { get; init; } = true;

    /// <summary>A weight: it may be f32 where the other inputs are halves.</summary>
    public bool IsWeight { get; init; }

    public InputLayout Layout { get; init; }

    /// <summary>Given values instead of drawn ones.</summary>
    public double[]? Values { get; init; }

    internal bool TakesGradient => IsDifferentiable && !IsIndex && !IsCondition;

    public static implicit operator OpInput(int[] shape) => new((Shape)shape);
}
