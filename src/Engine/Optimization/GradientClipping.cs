using SuTI.Engine.Layers;

namespace SuTI.Engine.Optimization;

/// <summary>
/// Limits the joint norm of gradients (Pascanu, Mikolov, Bengio, On the difficulty of training RNNs, 2013).
/// </summary>
public static class GradientClipping
{
    /// <summary>
    /// Multiplies every gradient by max / (norm + 1e−6), if that is below 1, where norm is the root of the sum of all
    /// squares.
    /// </summary>
    /// <returns>The norm before: one number in the caller's scope, f64 on the processor and f32 under CUDA.</returns>
    /// <remarks>
    /// NaN or infinity in a gradient shows in the norm; the gradients are then multiplied as the formula says.
    /// </remarks>
    /// <exception cref="SutiException">A limit that is not a positive number.</exception>
    public static Tensor Clip(IEnumerable<Parameter> parameters, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(maxNorm > 0))
            throw new SutiException("clip gradients", "the limit is positive", "a number above 0", $"{maxNorm}");
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.Gradient).OfType<Tensor>()];
        return (gradients.Length > 0 ? gradients[0].Device : Device.Cpu).ClipGradients(gradients, maxNorm);
    }
}
