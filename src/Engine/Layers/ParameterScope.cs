using System.Globalization;

namespace SuTI.Engine.Layers;

/// <summary>A place in a store under which a layer declares its parameters: a prefix of their paths.</summary>
/// <example><c>new Linear(store.Root["mid_block"]["attentions"][0]["to_q"], 320, 320, bias: false)</c></example>
public sealed class ParameterScope
{
    internal ParameterScope(ParameterStore store, string path)
    {
        Store = store;
        Path = path;
    }

    public ParameterStore Store { get; }

    /// <summary>Without a point at its end; empty at the root.</summary>
    public string Path { get; }

    /// <summary>The scope of this name below this one; <c>p["a.b"]</c> is <c>p["a"]["b"]</c>.</summary>
    /// <exception cref="SutiException">The name is empty, or begins or ends with a point.</exception>
    public ParameterScope this[string name] => new(Store, Join(name));

    /// <inheritdoc cref="this[string]"/>
    public ParameterScope this[int index] => this[index.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Declares a parameter here; its memory comes later.</summary>
    /// <param name="name">The last part of its path: weight.</param>
    /// <param name="shape">In the engine's layout.</param>
    /// <exception cref="SutiException">The path was declared before, or the name cannot be part of a path.</exception>
    public Parameter Declare(
        string name, Shape shape, Initialiser initialiser, CheckpointLayout layout = CheckpointLayout.Same)
        => Store.Declare(Join(name), shape, initialiser, layout);

    public override string ToString() => Path;

    string Join(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name[0] == '.' || name[^1] == '.')
            throw new SutiException($"parameter scope '{Path}'",
                "a name is not empty and does not begin or end with a point", null,
                $"'{name}'");
        return Path.Length == 0 ? name : $"{Path}.{name}";
    }
}
