using System.Globalization;
using System.Text.Json;
using SuTI.Engine.IO;

namespace SuTI.Tests;

/// <summary>
/// One case of a fixture folder while it runs: its options, its inputs as leaves, and the comparison with what is
/// expected. What is expected and never compared is a failure too.
/// </summary>
sealed class FixtureCase : IDisposable
{
    static readonly JsonElement s_noOptions = JsonDocument.Parse("{}").RootElement;

    readonly SafetensorsFile _io;
    readonly JsonElement _tolerances;
    readonly List<(string Key, Tensor Leaf)> _leaves = [];
    readonly HashSet<string> _compared = [];
    readonly List<string> _failures = [];
    readonly string _prefix;

    /// <param name="name">The case, before the slash in all its keys; empty in a folder that is one case.</param>
    /// <param name="dtype">What floating-point numbers are read as: f32, f64, or under CUDA a half.</param>
    /// <param name="device">Where inputs lie; by default the processor.</param>
    public FixtureCase(string folder, string name, JsonElement options, DType dtype, Device? device = null)
    {
        Folder = folder;
        Name = name;
        _prefix = name.Length == 0 ? "" : name + "/";
        DType = dtype;
        Device = device ?? Device.Cpu;
        Options = new(options);
        _io = SafetensorsFile.Open(Path.Combine(folder, "io.safetensors"));
        // Python writes a number that there is none of as NaN, which is no JSON.
        string tolerances = File.ReadAllText(Path.Combine(folder, "tolerance.json"))
            .Replace(": NaN", ": null", StringComparison.Ordinal);
        using var document = JsonDocument.Parse(tolerances);
        _tolerances = document.RootElement.Clone();
    }

    /// <summary>A folder that is one case, as those of whole networks are.</summary>
    public FixtureCase(string folder, DType dtype, Device? device = null)
        : this(folder, "", s_noOptions, dtype, device)
    {
    }

    public string Folder { get; }

    public string Name { get; }

    /// <summary>What the case is computed in.</summary>
    public DType DType { get; }

    public Device Device { get; }

    public CaseOptions Options { get; }

    /// <summary>
    /// Replaces a tensor's own bounds by a relative one, for arithmetic that they do not hold for; null keeps them.
    /// </summary>
    public Func<JsonElement, double?>? RelativeBound { get; init; }

    /// <summary>
    /// Names of this case's tensors in io.safetensors, without the case; tensors that all cases share are among them.
    /// </summary>
    public IEnumerable<string> Keys => _prefix.Length == 0 ? _io.Names : _io.Names
        .Where(name => name.StartsWith(_prefix, StringComparison.Ordinal)).Select(name => name[_prefix.Length..])
        .Concat(_io.Names.Where(name => !name.Contains('/')));

    public bool Has(string key) => Keys.Contains(key);

    /// <summary>The input in.NAME; a leaf whose gradient is compared, where one is expected.</summary>
    /// <param name="gradientKey">The expected gradient; by default grad.NAME, or grad.in.NAME.</param>
    public Tensor Input(string name, string? gradientKey = null)
    {
        var tensor = Read("in." + name);
        gradientKey ??= Has("grad.in." + name) ? "grad.in." + name : "grad." + name;
        if (Device.Computes(tensor.DType))
            Watch(tensor, gradientKey);
        return tensor;
    }

    public Tensor? OptionalInput(string name) => Has("in." + name) ? Input(name) : null;

    /// <summary>Compares the gradient of a leaf after the backward pass, if one is expected.</summary>
    public void Watch(Tensor leaf, string key)
    {
        leaf.RequiresGradient = true;
        if (Has(key))
            _leaves.Add((key, leaf));
    }

    /// <summary>Compares a result out.NAME, then runs backward from dout.NAME and compares the gradients.</summary>
    public void Check(string name, Tensor y)
    {
        Compare("out." + name, y);
        if (Has("dout." + name))
            y.Backward(Read("dout." + name));
        CompareGradients();
    }

    /// <summary>The same for several results at once: the gradient of the sum of all result · dout.</summary>
    public void Check(params (string Name, Tensor Y)[] results)
    {
        Tensor? total = null;
        foreach (var (name, y) in results)
        {
            Compare("out." + name, y);
            var term = (y * Read("dout." + name)).Sum();
            total = total is null ? term : total + term;
        }
        total!.Backward();
        CompareGradients();
    }

    /// <summary>A tensor as it is stored, floating-point numbers in the type of the case.</summary>
    public Tensor Read(string key)
    {
        string stored = _io.Contains(_prefix + key) ? _prefix + key : key;
        return FixtureTensors.Read(_io, stored, DType).To(Device);
    }

    public double[] ReadDoubles(string key)
    {
        string stored = _io.Contains(_prefix + key) ? _prefix + key : key;
        return FixtureTensors.Read(_io, stored, DType.Float64).ToDoubles();
    }

    public void Compare(string key, Tensor result)
    {
        using var scope = TensorScope.Open("compare");
        using var noGradient = GradientMode.Disable();
        Compare(key, result.To(Device.Cpu).ToDoubles(), result.Shape);
    }

    public void Compare(string key, double[] result, Shape? shape = null)
    {
        _compared.Add(key);
        string stored = _prefix + key;
        if (!_io.Contains(stored))
        {
            _failures.Add($"{key}: computed, but not in the fixture");
            return;
        }
        string expectedShape = _io.Entry(stored).ShapeText;
        double[] expected = ReadDoubles(key);
        if (result.Length != expected.Length || (shape is { } s && $"[{string.Join(", ", s)}]" != expectedShape))
        {
            _failures.Add($"{key}: shape {shape}, expected {expectedShape}");
            return;
        }
        if (!_tolerances.TryGetProperty(stored, out var tolerance))
        {
            _failures.Add($"{key}: no tolerance");
            return;
        }
        CompareWithin(key, result, expected, tolerance);
    }

    /// <summary>Compares the gradients of all leaves that one is expected for.</summary>
    public void CompareGradients()
    {
        foreach (var (key, leaf) in _leaves)
        {
            if (leaf.Gradient is { } gradient)
                Compare(key, gradient);
            else
                _failures.Add($"{key}: no gradient arrived");
        }
    }

    /// <summary>
    /// The bound for arithmetic in bf16: twice the error of the published implementation in bf16. Where that gave no
    /// number, twice what it has in networks of the same depth.
    /// </summary>
    public static double? BFloat16Bound(JsonElement tolerance)
        => tolerance.TryGetProperty("info_bf16_rel_l2_err", out var error)
            ? 2 * (error.ValueKind == JsonValueKind.Number ? error.GetDouble() : 0.02) : null;

    /// <summary>Throws all failures together.</summary>
    public void Finish()
    {
        foreach (string key in Keys.Where(IsExpected).Where(key => !_compared.Contains(key)))
            _failures.Add($"{key}: expected, but not computed");
        foreach (string option in Options.Unread)
            _failures.Add($"option {option}: unknown");
        Assert.That(_failures, Is.Empty, string.Join("\n", _failures));
    }

    public void Dispose() => _io.Dispose();

    static bool IsExpected(string key)
        => key == "out" || key.StartsWith("out.", StringComparison.Ordinal)
            || key.StartsWith("grad.", StringComparison.Ordinal);

    void CompareWithin(string key, double[] result, double[] expected, JsonElement tolerance)
    {
        double worst = 0, gap = 0, norm = 0;
        for (int i = 0; i < result.Length; i++)
        {
            double difference = Math.Abs(result[i] - expected[i]);
            // A NaN is the worst there is; Math.Max would keep it, a comparison would lose it.
            worst = Math.Max(worst, difference);
            gap += difference * difference;
            norm += expected[i] * expected[i];
        }
        double relative = gap == 0 ? 0 : Math.Sqrt(gap / norm);
        if (RelativeBound?.Invoke(tolerance) is { } replaced)
        {
            if (!(relative <= replaced))
                _failures.Add(Miss("relative difference", relative, replaced));
            return;
        }
        double absoluteBound = tolerance.GetProperty("tol_max_abs").GetDouble();
        if (!(worst <= absoluteBound))
            _failures.Add(Miss("largest difference", worst, absoluteBound));
        if (tolerance.GetProperty("tol_rel_l2") is { ValueKind: JsonValueKind.Number } bound
            && !(relative <= bound.GetDouble()))
            _failures.Add(Miss("relative difference", relative, bound.GetDouble()));

        string Miss(string what, double found, double bound)
            => string.Create(CultureInfo.InvariantCulture, $"{key}: {what} {found:E2}, bound {bound:E2}");
    }
}
