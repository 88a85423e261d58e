using System.Globalization;

namespace SuTI.Engine.Catalogue;

/// <summary>The checks that every variant of the catalogue must pass; each returns null or says what is wrong.</summary>
public static partial class OpChecks
{
    /// <summary>f64 forward against the naive loops.</summary>
    public static string? Forward(OpVariant variant, Device device)
    {
        using var scope = TensorScope.Open(variant.Name);
        var inputs = OpInputs.Draw(variant, DType.Float64, device, requireGradient: false);
        var y = variant.Apply(inputs.Views);
        var expected = variant.Reference(inputs.Arrays);
        if (y.Shape != expected.Shape)
            return $"shape {y.Shape}, expected {expected.Shape}";
        return Compare(y.ToDoubles(), expected.Values, variant.Tolerance, variant.Tolerance, "forward");
    }

    /// <summary>f64 gradients against central differences, and the adjoint identity.</summary>
    public static string? Gradient(OpVariant variant, Device device, out GradCheckReport? report)
    {
        report = null;
        using var scope = TensorScope.Open(variant.Name);
        var inputs = OpInputs.Draw(variant, DType.Float64, device, requireGradient: false);
        if (!variant.IsDifferentiable)
            return null;
        var (function, leaves) = inputs.AsFunction();
        if (leaves.Length == 0 || Array.TrueForAll(leaves, leaf => leaf.Shape.Length == 0))
            return null;
        report = GradCheck.Run(function, leaves, new(AbsoluteTolerance: 1e-8 * Math.Max(1, variant.GradientTolerance / 1e-6),
            RelativeTolerance: variant.GradientTolerance, MaxElements: variant.GradientElements));
        return report.Passed ? null : report.ToString();
    }

    /// <summary>f32 against f64, forward and gradients, from inputs that are exact in f32.</summary>
    public static string? Precision(OpVariant variant, Device device)
    {
        var (y64, gradients64) = Evaluate(variant, DType.Float64, device);
        var (y32, gradients32) = Evaluate(variant, DType.Float32, device);
        double bound = variant.SingleTolerance;
        string? wrong = Compare(y32, y64, bound, bound, "f32 forward");
        for (int i = 0; i < gradients64.Length && wrong is null; i++)
            wrong = Compare(gradients32[i], gradients64[i], bound, bound, $"f32 gradient {i}", variant.CancellingTerms);
        return wrong;
    }

    /// <summary>The same bits for every number of threads.</summary>
    public static string? Threads(OpVariant variant, CpuDevice device, params int[] counts)
    {
        int before = device.Threads;
        try
        {
            foreach (var dtype in (DType[])[DType.Float32, DType.Float64])
            {
                device.Threads = counts[0];
                var (y, gradients) = Evaluate(variant, dtype, device);
                foreach (int threads in counts.AsSpan(1))
                {
                    device.Threads = threads;
                    var (otherY, otherGradients) = Evaluate(variant, dtype, device);
                    if (!SameBits(y, otherY))
                        return $"{dtype.Label()} forward differs between {counts[0]} and {threads} threads";
                    for (int i = 0; i < gradients.Length; i++)
                    {
                        if (!SameBits(gradients[i], otherGradients[i]))
                            return $"{dtype.Label()} gradient {i} differs between {counts[0]} and {threads} threads";
                    }
                }
            }
            return null;
        }
        finally
        {
            device.Threads = before;
        }
    }

    /// <summary>No write beside a buffer, no use of fresh memory, nothing left alive.</summary>
    public static string? Memory(OpVariant variant, Device device)
    {
        device.Guarded = true;
        int before = device.Memory.LiveBuffers;
        try
        {
            foreach (var dtype in ((DType[])[DType.Float32, DType.Float64, DType.BFloat16, DType.Float16]).Where(device.Computes))
            {
                var (y, gradients) = Evaluate(variant, dtype, device);
                if (Array.Exists(y, double.IsNaN) && !Array.Exists(Reference(variant), double.IsNaN))
                    return $"{dtype.Label()} forward read fresh memory: the result has a NaN";
                if (Array.Exists(gradients, g => Array.Exists(g, double.IsNaN)))
                    return $"{dtype.Label()} backward read fresh memory: a gradient has a NaN";
            }
        }
        catch (MemoryGuardException damage)
        {
            return damage.Message;
        }
        finally
        {
            device.Guarded = false;
        }
        int left = device.Memory.LiveBuffers - before;
        return left == 0 ? null : $"{left} buffers are still alive";
    }

    static double[] Reference(OpVariant variant)
    {
        using var scope = TensorScope.Open("reference");
        return variant.Reference(OpInputs.Draw(variant, DType.Float64, Device.Cpu, requireGradient: false).Arrays).Values;
    }

    static (double[] Y, double[][] Gradients) Evaluate(OpVariant variant, DType dtype, Device device, DType rounding = DType.Float32,
        bool masters = false)
    {
        using var scope = TensorScope.Open(variant.Name);
        var inputs = OpInputs.Draw(variant, dtype, device, variant.IsDifferentiable, rounding, masters);
        var y = variant.Apply(inputs.Views);
        double[] values = y.ToDoubles();
        if (!variant.IsDifferentiable || !y.NeedsGradient)
            return (values, []);
        var random = new SplitMix(7);
        double[] weights = new double[values.Length];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = ResultRounding.Round(random.Next(-1, 1), rounding);
        y.Backward(Tensor.From(Array.ConvertAll(weights, w => (float)w), y.Shape, device).Cast(y.DType));
        return (values, Array.ConvertAll(Array.FindAll(inputs.Leaves, leaf => leaf.RequiresGradient),
            leaf => leaf.Gradient?.ToDoubles() ?? []));
    }

    static bool SameBits(double[] a, double[] b)
        => System.Runtime.InteropServices.MemoryMarshal.AsBytes(a.AsSpan())
            .SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(b.AsSpan()));

    static string? Compare(double[] found, double[] expected, double maxBound, double normBound, string what,
        double terms = 0)
    {
        if (found.Length != expected.Length)
            return $"{what}: {found.Length} values, expected {expected.Length}";
        double scale = 0, worst = 0, gap2 = 0, norm2 = 0;
        int at = -1;
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i].Equals(expected[i]) || (double.IsNaN(found[i]) && double.IsNaN(expected[i])))
                continue;
            double gap = Math.Abs(found[i] - expected[i]);
            if (!double.IsFinite(gap))
                return string.Create(CultureInfo.InvariantCulture, $"{what}: element {i} is {found[i]:R}, expected {expected[i]:R}");
            gap2 += gap * gap;
            if (gap > worst)
                (worst, at) = (gap, i);
        }
        foreach (double value in expected)
        {
            if (!double.IsFinite(value))
                continue;
            scale = Math.Max(scale, Math.Abs(value));
            norm2 += value * value;
        }
        (scale, norm2) = (Math.Max(scale, terms), Math.Max(norm2, terms * terms));
        if (worst <= maxBound * scale && Math.Sqrt(gap2) <= normBound * Math.Sqrt(norm2))
            return null;
        return at < 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{what}: element {at} is {found[at]:R}, expected {expected[at]:R}: {worst / scale:E2} of the largest, {Math.Sqrt(gap2 / norm2):E2} of the norm; bound {maxBound:E1}");
    }
}
