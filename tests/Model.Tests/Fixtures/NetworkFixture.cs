using SuTI.Engine.Layers;
using SuTI.Model.Folders;

namespace SuTI.Model.Tests.Fixtures;

/// <summary>
/// A fixture of one network: config.json, model.safetensors, and io.safetensors, whose gradients by parameters are
/// compared in the checkpoint's layout.
/// </summary>
sealed class NetworkFixture : IDisposable
{
    readonly TensorScope _scope = TensorScope.Open("fixture");

    public NetworkFixture(string folder, Arithmetic arithmetic)
    {
        Case = new(folder, arithmetic.Inputs, arithmetic.Device())
        {
            RelativeBound = arithmetic.Inputs == DType.BFloat16 ? FixtureCase.BFloat16Bound : null,
        };
        Store = new(Case.Device, arithmetic.Weights);
    }

    public FixtureCase Case { get; }

    public ParameterStore Store { get; }

    public JsonConfig Config => JsonConfig.Open(Path.Combine(Case.Folder, "config.json"));

    /// <summary>Loads the weights, after the network has declared its parameters.</summary>
    public void Load(Func<string, string?>? rename = null)
        => Store.Load(Path.Combine(Case.Folder, "model.safetensors"), new() { Rename = rename });

    /// <summary>Compares the gradients of inputs and of every parameter that one is expected for.</summary>
    /// <param name="rename">From a checkpoint's key to a path.</param>
    public void CompareGradients(Func<string, string?>? rename = null)
    {
        Case.CompareGradients();
        foreach (string key in Case.Keys.Where(IsParameterGradient).ToList())
        {
            string name = key["grad.".Length..];
            var parameter = Store[rename?.Invoke(name) ?? name];
            var gradient = parameter.Gradient
                ?? throw new InvalidOperationException($"{key}: no gradient arrived");
            Case.Compare(key, parameter.Layout == CheckpointLayout.ChannelsFirst ? gradient.ToChannelsFirst()
                : gradient);
        }
    }

    /// <summary>Compares each out.hidden_states.K that is expected.</summary>
    public void CompareStates(IReadOnlyList<Tensor> states)
    {
        for (int k = 0; k < states.Count; k++)
        {
            if (Case.Has($"out.hidden_states.{k}"))
                Case.Compare($"out.hidden_states.{k}", states[k]);
        }
    }

    /// <summary>
    /// Runs backward from the results that the fixture holds an upstream gradient of, dout.NAME (or in.dout for the
    /// first), and compares all gradients that are expected.
    /// </summary>
    public void BackwardFromDout(params (string Name, Tensor? Y)[] results)
    {
        Tensor? total = null;
        foreach (var (name, y) in results)
        {
            string key = Case.Has("in.dout") && name == results[0].Name ? "in.dout" : $"dout.{name}";
            if (y is null || !Case.Has(key))
                continue;
            var term = (y * Case.Read(key)).Cast(Case.DType.Accumulator()).Sum();
            total = total is null ? term : total + term;
        }
        if (total is null)
            return;
        total.Backward();
        CompareGradients();
    }

    public void Dispose()
    {
        Case.Dispose();
        Store.Dispose();
        _scope.Dispose();
    }

    static bool IsParameterGradient(string key)
        => key.StartsWith("grad.", StringComparison.Ordinal) && !key.StartsWith("grad.in.", StringComparison.Ordinal);
}

/// <summary>Where and in what a network is computed.</summary>
sealed record Arithmetic(string Name, Func<Device> Device, DType Weights, DType Inputs)
{
    public static Arithmetic Processor { get; } = new("f32", () => Engine.Device.Cpu, DType.Float32, DType.Float32);

    public static Arithmetic Proof { get; } = new("f64", () => Engine.Device.Cpu, DType.Float64, DType.Float64);

    public static Arithmetic Cuda { get; } = new("cuda f32", () => Engine.Device.Cuda(), DType.Float32, DType.Float32);

    /// <summary>bf16 between f32 weights.</summary>
    public static Arithmetic CudaHalf { get; }
        = new("cuda bf16", () => Engine.Device.Cuda(), DType.Float32, DType.BFloat16);

    public override string ToString() => Name;

    /// <summary>A case for each folder of a kind, with each arithmetic.</summary>
    public static IEnumerable<TestCaseData> Cases(IEnumerable<string> folders, params Arithmetic[] all)
        => from folder in folders
           from arithmetic in all
           select new TestCaseData(folder, arithmetic)
               .SetArgDisplayNames(Path.GetFileName(folder), arithmetic.Name);
}
