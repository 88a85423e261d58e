namespace SuTI.Kernels;

/// <summary>
/// How one axis is resampled: output i = Σ_t weight[i, t] · input[start[i] + t]. Every method is such a sparse matrix,
/// and every gradient is its transpose, so one kernel serves them all.
/// </summary>
/// <remarks>
/// Weights are computed in double. Positions are those of PyTorch with align_corners false: output i looks at
/// (i + ½) · step − ½, where step is input / output unless it is given. Immutable; build once and keep.
/// </remarks>
public sealed class ResampleAxis
{
    readonly Lazy<ResampleAxis> _transposed;

    ResampleAxis(int inputLength, double[][] rows, int[] starts, ResampleAxis? transposed = null)
    {
        InputLength = inputLength;
        OutputLength = rows.Length;
        Starts = starts;
        Offsets = new int[rows.Length + 1];
        for (int i = 0; i < rows.Length; i++)
            Offsets[i + 1] = Offsets[i] + rows[i].Length;
        Weights = [.. rows.SelectMany(row => row)];
        WeightsSingle = [.. Weights.Select(weight => (float)weight)];
        IsSelection = rows.All(row => row.Length == 1 && row[0] == 1);
        IsIdentity = IsSelection && inputLength == rows.Length && starts.SequenceEqual(Enumerable.Range(0,
            inputLength));
        _transposed = new(() => transposed ?? Transpose());
    }

    public int InputLength { get; }

    public int OutputLength { get; }

    /// <summary>The same weights from outputs back to inputs: the gradient.</summary>
    public ResampleAxis Transposed => _transposed.Value;

    /// <summary>First input of each output.</summary>
    internal int[] Starts { get; }

    /// <summary>Where the weights of each output begin; one more at the end.</summary>
    internal int[] Offsets { get; }

    internal double[] Weights { get; }

    internal float[] WeightsSingle { get; }

    /// <summary>Whether each output is one input.</summary>
    internal bool IsSelection { get; }

    public bool IsIdentity { get; }

    /// <summary>Weights of the output that has most.</summary>
    public int MostWeights
    {
        get
        {
            int most = 0;
            for (int i = 0; i < OutputLength; i++)
                most = Math.Max(most, Offsets[i + 1] - Offsets[i]);
            return most;
        }
    }

    /// <summary>The whole matrix in words: first input of each output, where its weights begin and where the last end, weights (f32).</summary>
    public int[] ToTable() => [.. Starts, .. Offsets, .. WeightsSingle.Select(BitConverter.SingleToInt32Bits)];

    /// <summary>Output i is input ⌊i · input / output⌋, in exact arithmetic.</summary>
    /// <remarks>PyTorch multiplies in float32, which for some odd sizes picks the neighbour below.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A length below 1.</exception>
    public static ResampleAxis Nearest(int input, int output)
    {
        Check(input, output);
        return Build(input, output, i => ((int)((long)i * input / output), [1.0]));
    }

    /// <summary>Linear interpolation; with <paramref name="antialias"/>, the triangle is widened by the step when
    /// shrinking.</summary>
    /// <param name="input">Input length.</param>
    /// <param name="output">Output length.</param>
    /// <param name="antialias">Whether to average over all inputs that an output covers.</param>
    /// <param name="step">Inputs per output, where it is not their ratio; 0 means the ratio.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length below 1.</exception>
    public static ResampleAxis Linear(int input, int output, bool antialias = false, double step = 0)
    {
        Check(input, output);
        step = step > 0 ? step : (double)input / output;
        if (antialias)
            return Build(input, output, i => Filtered(i, input, step, 1, Triangle));
        return Build(input, output, i =>
        {
            double position = Math.Max(0, (i + 0.5) * step - 0.5);
            int first = Math.Min((int)position, input - 1);
            double upper = position - first;
            return first + 1 < input ? (first, [1 - upper, upper]) : (first, [1.0]);
        });
    }

    /// <summary>
    /// Cubic convolution with borders repeated: a = −0.75 and four inputs, or with <paramref name="antialias"/> a =
    /// −0.5 and a support widened by the step when shrinking, cut at the borders and normalised.
    /// </summary>
    /// <param name="input">Input length.</param>
    /// <param name="output">Output length.</param>
    /// <param name="antialias">Whether to average over all inputs that an output covers.</param>
    /// <param name="step">Inputs per output, where it is not their ratio; 0 means the ratio.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length below 1.</exception>
    /// <remarks>Source: Keys, Cubic Convolution Interpolation for Digital Image Processing, 1981.</remarks>
    public static ResampleAxis Cubic(int input, int output, bool antialias = false, double step = 0)
    {
        Check(input, output);
        step = step > 0 ? step : (double)input / output;
        if (antialias)
            return Build(input, output, i => Filtered(i, input, step, 2, x => CubicKernel(x, -0.5)));
        return Build(input, output, i =>
        {
            double position = (i + 0.5) * step - 0.5;
            int floor = (int)Math.Floor(position);
            int first = Math.Clamp(floor - 1, 0, input - 1);
            var weights = new double[Math.Clamp(floor + 2, 0, input - 1) - first + 1];
            for (int tap = floor - 1; tap <= floor + 2; tap++)
                weights[Math.Clamp(tap, 0, input - 1) - first] += CubicKernel(position - tap, -0.75);
            return (first, weights);
        });
    }

    /// <summary>Output i is the mean of inputs ⌊i · input / output⌋ up to, not including, ⌈(i + 1) · input /
    /// output⌉.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length below 1.</exception>
    public static ResampleAxis Area(int input, int output)
    {
        Check(input, output);
        return Build(input, output, i =>
        {
            int first = (int)((long)i * input / output);
            int end = (int)(((i + 1L) * input + output - 1) / output);
            return (first, Mean(end - first));
        });
    }

    /// <summary>Output i is the mean of <paramref name="kernel"/> inputs from i · <paramref name="stride"/> on; an
    /// incomplete rest is dropped.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length below 1, or a kernel longer than the input.</exception>
    public static ResampleAxis Average(int input, int kernel, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kernel, input);
        return Build(input, (input - kernel) / stride + 1, i => (i * stride, Mean(kernel)));
    }

    static double[] Mean(int count) => [.. Enumerable.Repeat(1.0 / count, count)];

    // Weights of a filter around the output's centre, as torch's antialiased interpolation cuts and normalises them.
    static (int Start, double[] Weights) Filtered(int output, int input, double step, double radius,
        Func<double, double> filter)
    {
        double widening = Math.Max(step, 1);
        double centre = step * (output + 0.5);
        int first = Math.Max((int)(centre - radius * widening + 0.5), 0);
        int end = Math.Min((int)(centre + radius * widening + 0.5), input);
        first = Math.Min(first, input - 1);
        var weights = new double[Math.Max(end - first, 1)];
        for (int t = 0; t < weights.Length; t++)
            weights[t] = filter((t + first - centre + 0.5) / widening);
        double sum = weights.Sum();
        for (int t = 0; t < weights.Length; t++)
            weights[t] /= sum;
        return (first, weights);
    }

    static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

    static double CubicKernel(double x, double a)
    {
        x = Math.Abs(x);
        return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    static ResampleAxis Build(int input, int output, Func<int, (int Start, double[] Weights)> row)
    {
        var starts = new int[output];
        var rows = new double[output][];
        for (int i = 0; i < output; i++)
            (starts[i], rows[i]) = row(i);
        return new(input, rows, starts);
    }

    // Starts and ends rise with the output, so the outputs of one input are neighbours.
    ResampleAxis Transpose()
    {
        var first = new int[InputLength];
        var rows = new List<double>[InputLength];
        for (int j = 0; j < InputLength; j++)
            rows[j] = [];
        for (int i = 0; i < OutputLength; i++)
            for (int t = Offsets[i]; t < Offsets[i + 1]; t++)
            {
                int j = Starts[i] + t - Offsets[i];
                if (rows[j].Count == 0)
                    first[j] = i;
                rows[j].Add(Weights[t]);
            }
        return new(OutputLength, [.. rows.Select(row => row.ToArray())], first, this);
    }

    static void Check(int input, int output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(input, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(output, 1);
    }
}
