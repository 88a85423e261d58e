namespace SuTI.Engine.Layers;

/// <summary>
/// Normalises each sample's groups of channels to mean 0 and variance 1, then scales and shifts each channel.
/// </summary>
public sealed class GroupNorm
{
    readonly int _groups;
    readonly double _epsilon;

    /// <param name="p">Declares weight (channels), first 1, and bias (channels), first 0.</param>
    public GroupNorm(ParameterScope p, int groups, int channels, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(p);
        _groups = groups;
        _epsilon = epsilon;
        Weight = p.Declare("weight", [channels], Initialiser.Ones);
        Bias = p.Declare("bias", [channels], Initialiser.Zeros);
    }

    public Parameter Weight { get; }

    public Parameter Bias { get; }

    /// <param name="x">(N, …, channels)</param>
    /// <param name="silu">Whether SiLU follows, in the same pass.</param>
    /// <param name="scale">(N, channels): multiplies by 1 + scale, before SiLU; with <paramref name="shift"/>.</param>
    /// <param name="shift">(N, channels), added after that.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public Tensor Forward(Tensor x, bool silu = false, Tensor? scale = null, Tensor? shift = null)
        => x.GroupNorm(_groups, Weight.Value, Bias.Value, _epsilon, silu, scale, shift);
}
