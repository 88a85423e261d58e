namespace SuTI.Engine.Layers;

/// <summary>Normalises each vector of the last axis to mean 0 and variance 1, then scales and shifts its elements.</summary>
public sealed class LayerNorm
{
    readonly double _epsilon;

    /// <param name="p">Declares weight (width), first 1, and bias (width), first 0.</param>
    public LayerNorm(ParameterScope p, int width, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(p);
        _epsilon = epsilon;
        Weight = p.Declare("weight", [width], Initialiser.Ones);
        Bias = p.Declare("bias", [width], Initialiser.Zeros);
    }

    public Parameter Weight { get; }

    public Parameter Bias { get; }

    /// <param name="x">(…, width)</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public Tensor Forward(Tensor x) => x.LayerNorm(Weight.Value, Bias.Value, _epsilon);
}
