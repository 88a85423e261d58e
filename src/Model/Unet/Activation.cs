using SuTI.Engine;
using SuTI.Model.Folders;

namespace SuTI.Model.Unet;

/// <summary>What follows a norm in residual blocks and embeddings.</summary>
public enum Activation
{
    Silu,
    Gelu,
    Relu,
}

static class Activations
{
    /// <summary>The activation that a configuration names.</summary>
    internal static Activation Read(JsonConfig config, string key, string otherwise)
        => config.Choice(key, otherwise, ("silu", Activation.Silu), ("swish", Activation.Silu),
            ("gelu", Activation.Gelu), ("relu", Activation.Relu));

    /// <summary>As configurations name it.</summary>
    internal static string Name(this Activation activation) => activation switch
    {
        Activation.Silu => "silu",
        Activation.Gelu => "gelu",
        _ => "relu",
    };

    internal static Tensor Apply(this Activation activation, Tensor x) => activation switch
    {
        Activation.Silu => x.Silu(),
        Activation.Gelu => x.Gelu(),
        _ => x.Relu(),
    };
}
