namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>x / max(‖x‖, epsilon) along an axis.</summary>
    /// <remarks>Of halves the norm is taken in f32, where squares do not overflow and epsilon² is not 0.</remarks>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor L2Normalize(int axis = -1, double epsilon = 1e-12)
    {
        var x = Cast(DType.Accumulator());
        return (x / x.Square().Sum(axis, keepAxes: true).Clamp(low: epsilon * epsilon).Sqrt()).Cast(DType);
    }

    /// <summary>The cosine of the angle between vectors along an axis: ⟨a, b⟩ / (max(‖a‖, epsilon) · max(‖b‖, epsilon)).</summary>
    /// <returns>The broadcast shape without that axis.</returns>
    /// <exception cref="ShapeException">The shapes do not broadcast, or there is no such axis.</exception>
    public Tensor CosineSimilarity(Tensor other, int axis = -1, double epsilon = 1e-8)
        => (L2Normalize(axis, epsilon) * other.L2Normalize(axis, epsilon)).Sum(axis);
}
