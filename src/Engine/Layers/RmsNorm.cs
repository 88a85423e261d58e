namespace SuTI.Engine.Layers;

/// <summary>Divides each vector of the last axis by its root mean square, then scales its elements.</summary>
public sealed class RmsNorm
{
    readonly double _epsilon;

    /// <param name="p">Declares weight (width), first 1.</param>
    public RmsNorm(ParameterScope p, int width, double epsilon = 1e-6)
    {
        ArgumentNullException.ThrowIfNull(p);
        _epsilon = epsilon;
        Weight = p.Declare("weight", [width], Initialiser.Ones);
    }

    public Parameter Weight { get; }

    /// <param name="x">(…, width)</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public Tensor Forward(Tensor x) => x.RmsNorm(Weight.Value, _epsilon);
}
