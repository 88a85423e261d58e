using System.Globalization;

namespace SuTI.Engine;

/// <summary>How <see cref="GradCheck"/> differentiates numerically and when it is content.</summary>
/// <param name="Epsilon">Step of the central difference, in units of the input.</param>
/// <param name="AbsoluteTolerance">Largest gap that always passes.</param>
/// <param name="RelativeTolerance">Largest gap relative to the greater of the two gradients that passes.</param>
/// <param name="MaxElements">Elements tried per input; of larger inputs an even selection.</param>
/// <param name="Seed">Of the weights that contract the result to a number.</param>
public sealed record GradCheckOptions(double Epsilon = 1e-6, double AbsoluteTolerance = 1e-5, double RelativeTolerance = 1e-3,
    int MaxElements = 256, ulong Seed = 1);

/// <summary>One compared partial derivative.</summary>
/// <param name="Input">Which input, from 0.</param>
/// <param name="Element">Its element in row-major order; −1 for the derivative along a random direction of all inputs at once.</param>
public readonly record struct GradCheckEntry(int Input, long Element, double Analytic, double Numeric)
{
    public double Gap => Math.Abs(Analytic - Numeric);
}

/// <summary>What a gradient check found.</summary>
/// <param name="Compared">Number of partial derivatives compared.</param>
/// <param name="Worst">The entry with the largest gap relative to its bound.</param>
/// <param name="Failures">Entries beyond the bounds.</param>
public sealed record GradCheckReport(int Compared, GradCheckEntry Worst, IReadOnlyList<GradCheckEntry> Failures)
{
    public bool Passed => Failures.Count == 0;

    public override string ToString()
    {
        string verdict = Passed ? "passed" : $"{Failures.Count} of {Compared} failed";
        return string.Create(CultureInfo.InvariantCulture,
            $"{verdict}; worst: input {Worst.Input} element {Worst.Element}: analytic {Worst.Analytic:R}, numeric {Worst.Numeric:R}, gap {Worst.Gap:E2}");
    }
}

/// <summary>Compares the gradients of any function with central differences, in f64.</summary>
/// <remarks>
/// The result is contracted with fixed random weights r, and d(r·f)/dx is compared element by element. A last entry compares the
/// derivative along a random direction of all inputs at once: the adjoint identity ⟨r, J v⟩ = ⟨Jᵀ r, v⟩.
/// </remarks>
public static class GradCheck
{
    /// <param name="function">Takes fresh tensors with the values of <paramref name="inputs"/>; must be deterministic.</param>
    /// <param name="inputs">At least one f64 tensor; f64 ones are differentiated, others are passed on.</param>
    /// <exception cref="DTypeException">No input is f64.</exception>
    public static GradCheckReport Run(Func<Tensor[], Tensor> function, Tensor[] inputs, GradCheckOptions? options = null)
    {
        options ??= new();
        using var scope = TensorScope.Open("gradient check");
        double[][] values = Array.ConvertAll(inputs, t => t.DType == DType.Float64 ? t.ToArray<double>() : []);
        if (Array.TrueForAll(inputs, t => t.DType != DType.Float64))
            throw new DTypeException("gradient check", "differentiates f64 inputs", "at least one f64 input", "none");
        double[][] analytic = Analytic(function, inputs, options, out double[] weights);

        var entries = new List<GradCheckEntry>();
        for (int input = 0; input < inputs.Length; input++)
        {
            int length = values[input].Length;
            int tried = Math.Min(length, options.MaxElements);
            for (int i = 0; i < tried; i++)
            {
                int element = (int)((long)i * length / tried);
                double numeric = Difference(function, inputs, values, weights, options.Epsilon,
                    (which, at) => which == input && at == element ? 1 : 0);
                entries.Add(new(input, element, analytic[input][element], numeric));
            }
        }
        entries.Add(Directional(function, inputs, values, weights, analytic, options));
        return Report(entries, options);
    }

    static double[][] Analytic(Func<Tensor[], Tensor> function, Tensor[] inputs, GradCheckOptions options, out double[] weights)
    {
        using var scope = TensorScope.Open("analytic");
        var leaves = Array.ConvertAll(inputs, t => t.Detach());
        foreach (var leaf in leaves)
            leaf.RequiresGradient = leaf.DType == DType.Float64;
        var y = function(leaves);
        weights = new double[y.Shape.Length];
        var random = new SplitMix(options.Seed);
        for (int i = 0; i < weights.Length; i++)
            weights[i] = random.Next(-1, 1);
        y.Backward(Tensor.From(weights, y.Shape, y.Device));
        return Array.ConvertAll(leaves, leaf => !leaf.RequiresGradient ? []
            : leaf.Gradient?.ToArray<double>() ?? new double[leaf.Shape.Length]);
    }

    static GradCheckEntry Directional(Func<Tensor[], Tensor> function, Tensor[] inputs, double[][] values, double[] weights,
        double[][] analytic, GradCheckOptions options)
    {
        var random = new SplitMix(options.Seed + 1);
        double[][] direction = Array.ConvertAll(values, v => Array.ConvertAll(v, _ => random.Next(-1, 1)));
        double expected = 0, squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = 0; j < values[i].Length; j++)
            {
                expected += analytic[i][j] * direction[i][j];
                squares += direction[i][j] * direction[i][j];
            }
        }
        // A step of the given length whatever the number of elements, so that no element comes near a kink.
        double norm = Math.Max(Math.Sqrt(squares), 1e-300);
        double numeric = Difference(function, inputs, values, weights, options.Epsilon, (i, j) => direction[i][j] / norm);
        return new(-1, -1, expected / norm, numeric);
    }

    // Subtracted before they are contracted: elements that do not move then add no rounding error at all.
    static double Difference(Func<Tensor[], Tensor> function, Tensor[] inputs, double[][] values, double[] weights,
        double epsilon, Func<int, int, double> direction)
    {
        double[] above = Moved(function, inputs, values, epsilon, direction);
        double[] below = Moved(function, inputs, values, -epsilon, direction);
        double sum = 0;
        for (int i = 0; i < above.Length; i++)
            sum += (above[i] - below[i]) * weights[i];
        return sum / (2 * epsilon);
    }

    static double[] Moved(Func<Tensor[], Tensor> function, Tensor[] inputs, double[][] values, double step,
        Func<int, int, double> direction)
    {
        using var scope = TensorScope.Open("numeric");
        using var noGradient = GradientMode.Disable();
        var moved = new Tensor[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            int input = i;
            moved[i] = inputs[i].DType != DType.Float64 ? inputs[i] : Tensor.From(
                values[i].Select((v, j) => v + (step * direction(input, j))).ToArray(), inputs[i].Shape, inputs[i].Device);
        }
        return function(moved).ToArray<double>();
    }

    static GradCheckReport Report(List<GradCheckEntry> entries, GradCheckOptions options)
    {
        var failures = new List<GradCheckEntry>();
        var worst = entries[0];
        double worstRatio = -1;
        foreach (var entry in entries)
        {
            double bound = options.AbsoluteTolerance
                + (options.RelativeTolerance * Math.Max(Math.Abs(entry.Analytic), Math.Abs(entry.Numeric)));
            double ratio = double.IsFinite(entry.Gap) ? entry.Gap / bound : double.PositiveInfinity;
            if (!(ratio <= 1))
                failures.Add(entry);
            if (ratio > worstRatio)
                (worst, worstRatio) = (entry, ratio);
        }
        return new(entries.Count, worst, failures);
    }
}
