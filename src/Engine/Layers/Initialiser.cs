using SuTI.Kernels;

namespace SuTI.Engine.Layers;

/// <summary>The distribution of a parameter's first values.</summary>
/// <remarks>
/// Values are drawn in f32 under a key made of the seed and the parameter's path alone, so neither the order of
/// declaration nor the device nor the store's element type changes them: an f64 store holds the same numbers, widened.
/// </remarks>
public readonly record struct Initialiser
{
    // The generator's streams are told apart by purpose; this is the one of initial values.
    const uint Purpose = 1;

    readonly Distribution _distribution;
    readonly double _scale;

    Initialiser(Distribution distribution, double scale)
    {
        _distribution = distribution;
        _scale = scale;
    }

    enum Distribution
    {
        Constant,
        Uniform,
        Normal,
    }

    public static Initialiser Zeros => Constant(0);

    public static Initialiser Ones => Constant(1);

    public static Initialiser Constant(double value) => new(Distribution.Constant, value);

    /// <summary>Uniform between −<paramref name="bound"/> and <paramref name="bound"/>.</summary>
    public static Initialiser Uniform(double bound) => new(Distribution.Uniform, bound);

    /// <summary>Normal of mean 0.</summary>
    public static Initialiser Normal(double standardDeviation) => new(Distribution.Normal, standardDeviation);

    /// <summary>
    /// Uniform within 1/√<paramref name="fanIn"/>: PyTorch's default of weights and biases of linear layers and
    /// convolutions, there written as Kaiming's rule with a = √5.
    /// </summary>
    /// <param name="fanIn">Inputs of one output: Cin·R·S of a convolution.</param>
    public static Initialiser FanIn(long fanIn) => Uniform(fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0);

    public override string ToString()
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_distribution} {_scale:R}");

    /// <summary>Overwrites a contiguous f32 or f64 tensor.</summary>
    internal void Fill(Tensor tensor, ulong seed, string path)
    {
        if (_distribution == Distribution.Constant || tensor.Shape.Length == 0)
        {
            tensor.Device.Fill(tensor, _scale);
            tensor.Storage.MarkChanged();
            return;
        }
        using var scope = TensorScope.Open("initial values");
        using var noGradient = GradientMode.Disable();
        var drawn = Tensor.Empty(tensor.Shape, DType.Float32, Device.Cpu);
        var values = drawn.Span<float>();
        var source = new PhiloxSource(Key(seed, path), Purpose);
        if (_distribution == Distribution.Uniform)
        {
            PhiloxCpu.Uniform(Device.Cpu.Pool, source, values, values.Length);
            foreach (ref float value in values)
                value = (float)(((2.0 * value) - 1) * _scale);
        }
        else
        {
            PhiloxCpu.Normal(Device.Cpu.Pool, source, values, values.Length);
            foreach (ref float value in values)
                value = (float)(value * _scale);
        }
        if (tensor.DType == DType.Float32)
            tensor.CopyFrom<float>(values);
        else
            tensor.CopyFrom<double>(drawn.Cast(DType.Float64).Span<double>());
    }

    // FNV-1a over the path's characters, then the finaliser of SplitMix64 over both, so that close seeds give far keys.
    static ulong Key(ulong seed, string path)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in path)
            hash = (hash ^ c) * 1099511628211;
        ulong z = hash ^ (seed * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
