using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Transformers;

/// <summary>The function between the two layers of a feed-forward block.</summary>
public enum Activation
{
    /// <summary>x · σ(1.702 x).</summary>
    QuickGelu,

    /// <summary>x · Φ(x).</summary>
    Gelu,

    /// <summary>The approximation of <see cref="Gelu"/> by a hyperbolic tangent.</summary>
    GeluTanh,

    Relu,

    /// <summary>x · σ(x).</summary>
    Silu,
}

static class Activations
{
    // One function has several names in the published library.
    static readonly (string Name, Activation Meaning)[] s_names =
    [
        ("quick_gelu", Activation.QuickGelu),
        ("gelu", Activation.Gelu),
        ("gelu_python", Activation.Gelu),
        ("gelu_new", Activation.GeluTanh),
        ("gelu_pytorch_tanh", Activation.GeluTanh),
        ("gelu_fast", Activation.GeluTanh),
        ("relu", Activation.Relu),
        ("silu", Activation.Silu),
        ("swish", Activation.Silu),
    ];

    /// <summary>Every name that configurations may use.</summary>
    internal static string Names => string.Join(", ", s_names.Select(entry => entry.Name));

    /// <exception cref="SutiException">The configuration names another function.</exception>
    internal static Activation ReadActivation(this JsonConfig config, string key, string otherwise)
        => config.Choice(key, otherwise, s_names);

    /// <summary>The first of the names that configurations use for it.</summary>
    internal static string Name(this Activation activation)
        => s_names.First(entry => entry.Meaning == activation).Name;

    /// <summary>Null if the name is not known.</summary>
    internal static Activation? Find(string name)
    {
        foreach (var (known, meaning) in s_names)
        {
            if (known == name)
                return meaning;
        }
        return null;
    }

    internal static Tensor Apply(this Activation activation, Tensor x) => activation switch
    {
        Activation.QuickGelu => x.QuickGelu(),
        Activation.Gelu => x.Gelu(),
        Activation.GeluTanh => x.GeluTanh(),
        Activation.Relu => x.Relu(),
        _ => x.Silu(),
    };
}
