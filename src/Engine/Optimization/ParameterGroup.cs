using SuTI.Engine.Layers;

namespace SuTI.Engine.Optimization;

/// <summary>Options for some of an optimizer's parameters. The first group that selects a parameter has it.</summary>
public sealed record ParameterGroup<TOptions>(Func<Parameter, bool> Selects, TOptions Options) where TOptions : class;

/// <summary>The usual ways to choose a group's parameters.</summary>
public static class ParameterGroup
{
    public static ParameterGroup<TOptions> Where<TOptions>(Func<Parameter, bool> selects, TOptions options)
        where TOptions : class
        => new(selects, options);

    /// <summary>All parameters whose paths begin with <paramref name="prefix"/>.</summary>
    public static ParameterGroup<TOptions> Under<TOptions>(string prefix, TOptions options) where TOptions : class
        => new(parameter => parameter.Path.StartsWith(prefix, StringComparison.Ordinal), options);

    /// <summary>
    /// Everything of fewer than two axes: the biases, and the weights of normalisations, which weight decay should
    /// leave alone.
    /// </summary>
    public static ParameterGroup<TOptions> NormsAndBiases<TOptions>(TOptions options) where TOptions : class
        => new(parameter => parameter.Shape.Rank < 2, options);
}
