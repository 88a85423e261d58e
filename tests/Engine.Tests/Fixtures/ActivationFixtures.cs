namespace SuTI.Engine.Tests.Fixtures;

/// <summary>op_activations.</summary>
static class ActivationFixtures
{
    public static void Run(FixtureCase fixture)
    {
        fixture.Options.Describes("n", "x", "std");
        var x = fixture.Input("x");
        fixture.Check("y", Apply(fixture.Options.Text("op"), x));
    }

    /// <summary>The activation that the libraries call by this name.</summary>
    public static Tensor Apply(string name, Tensor x) => name switch
    {
        "silu" or "swish" => x.Silu(),
        "gelu_erf" or "gelu" => x.Gelu(),
        "gelu_tanh" => x.GeluTanh(),
        "quick_gelu" => x.QuickGelu(),
        "sigmoid" => x.Sigmoid(),
        "tanh" => x.Tanh(),
        "relu" => x.Relu(),
        "softplus" => x.Softplus(),
        "mish" => x * x.Softplus().Tanh(),
        "geglu" => x.Geglu(),
        _ => throw new NotSupportedException($"activation {name}: unknown"),
    };
}
