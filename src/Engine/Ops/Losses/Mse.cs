namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>The mean squared difference from <paramref name="target"/>, a single number.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public Tensor Mse(Tensor target)
    {
        Operands.RequireShape("mse", target, Shape);
        return (this - target).Square().Mean();
    }

    /// <summary>
    /// The mean of Huber's loss (1964) of the differences d from <paramref name="target"/>: d²/2 where |d| ≤ delta, else delta · (|d| − delta/2).
    /// </summary>
    /// <param name="delta">Above 0.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public Tensor Huber(Tensor target, double delta = 1)
    {
        Operands.RequireShape("huber", target, Shape);
        if (!(delta > 0))
            throw new SutiException("huber", "delta is above 0", "a number above 0", $"{delta}");
        // With c = min(|d|, delta), c · (|d| − c/2) is both branches at once.
        var distance = (this - target).Abs();
        var bounded = distance.Clamp(0, delta);
        return (bounded * (distance - (bounded * 0.5))).Mean();
    }
}
