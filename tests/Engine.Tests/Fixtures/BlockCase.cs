using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Fixtures;

/// <summary>
/// A building block with weights: its store, loaded from model.safetensors, and the gradients of all its parameters.
/// </summary>
sealed class BlockCase : IDisposable
{
    readonly FixtureCase _fixture;

    public BlockCase(FixtureCase fixture)
    {
        _fixture = fixture;
        Store = new(Device.Cpu, fixture.DType);
    }

    public ParameterStore Store { get; }

    public ParameterScope Root => Store.Root;

    /// <param name="alias">Names of the file that repeat another tensor.</param>
    public void Load(Func<string, bool>? alias = null)
    {
        string prefix = _fixture.Name + "/";
        Store.Load(Path.Combine(_fixture.Folder, "model.safetensors"), new()
        {
            Rename = name => !name.StartsWith(prefix, StringComparison.Ordinal) ? null
                : alias?.Invoke(name[prefix.Length..]) == true ? null : name[prefix.Length..],
        });
    }

    /// <summary>An input whose gradient is stored as grad.in.NAME.</summary>
    public Tensor Input(string name) => _fixture.Input(name, $"grad.in.{name}");

    public Tensor? OptionalInput(string name) => _fixture.Has("in." + name) ? Input(name) : null;

    /// <summary>Compares the result, the inputs' gradients and the parameters' gradients.</summary>
    public void Check(Tensor y)
    {
        _fixture.Check("y", y);
        foreach (var parameter in Store.Parameters)
        {
            var gradient = parameter.Gradient
                ?? throw new InvalidOperationException($"{parameter.Path}: no gradient arrived");
            _fixture.Compare($"grad.{parameter.Path}",
                gradient.Permute(parameter.Layout.FileAxes(parameter.Shape.Rank)));
        }
    }

    public void Dispose() => Store.Dispose();
}
