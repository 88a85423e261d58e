namespace SuTI.Engine.Layers;

/// <summary>y = x · weightᵀ + bias over the last axis.</summary>
public sealed class Linear
{
    /// <param name="p">Declares weight (out, in) and bias (out).</param>
    public Linear(ParameterScope p, int inFeatures, int outFeatures, bool bias = true)
    {
        ArgumentNullException.ThrowIfNull(p);
        var initial = Initialiser.FanIn(inFeatures);
        Weight = p.Declare("weight", [outFeatures, inFeatures], initial);
        Bias = bias ? p.Declare("bias", [outFeatures], initial) : null;
    }

    public Parameter Weight { get; }

    public Parameter? Bias { get; }

    /// <param name="x">(…, in)</param>
    /// <param name="residual">(…, out), added in the same pass.</param>
    /// <returns>(…, out)</returns>
    public Tensor Forward(Tensor x, Tensor? residual = null) => x.Linear(Weight.Value, Bias?.Value, residual);
}
