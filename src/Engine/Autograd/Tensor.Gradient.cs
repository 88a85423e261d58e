namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Whether ops on this tensor are recorded, so that a gradient flows back to it.</summary>
    public bool NeedsGradient => Leaf is not null || _producer is not null;

    /// <summary>Marks a leaf whose gradient is wanted.</summary>
    /// <exception cref="GradientException">Set on the result of a recorded op.</exception>
    /// <exception cref="DTypeException">Set on a tensor that is not f32 or f64.</exception>
    public bool RequiresGradient
    {
        get => Leaf is not null;
        set
        {
            CheckAlive("mark");
            if (value == Leaf is not null)
                return;
            if (!value)
            {
                ReleaseLeaf();
                return;
            }
            if (_producer is not null)
                throw new GradientException("requires gradient", "is set on leaves only", "a tensor that no recorded op made",
                    $"the result of {_producer.Name}");
            if (!Device.Computes(DType))
                throw new DTypeException("requires gradient", $"{Device} does not compute gradients in this type", "f32", DType.Label());
            Leaf = new(Shape, DType, Device);
        }
    }

    /// <summary>What <see cref="Backward(Tensor?)"/> has gathered for this leaf since it was last cleared; null before.</summary>
    /// <remarks>It belongs to the leaf and lives as long as it does, or until <see cref="ClearGradient"/>.</remarks>
    public Tensor? Gradient => Leaf?.Gradient;

    internal Leaf? Leaf { get; private set; }

    /// <summary>Forgets the gathered gradient.</summary>
    public void ClearGradient() => Leaf?.Clear();

    /// <summary>The same values, cut off from the ops that made them; a view.</summary>
    public Tensor Detach() => View(Shape, Strides, Offset);

    /// <summary>
    /// Adds the gradient of this tensor (contracted with <paramref name="gradient"/>, or of a single number) to every leaf it
    /// depends on. What the ops saved is freed on the way, so it runs once.
    /// </summary>
    /// <param name="gradient">Of this shape; may be left out for a tensor of one element, where it is 1.</param>
    /// <exception cref="GradientException">Nothing to differentiate, a second run, or values changed since.</exception>
    /// <exception cref="ShapeException">The gradient's shape differs, or it is missing for several elements.</exception>
    public void Backward(Tensor? gradient = null) => ReverseWalk.Run(this, gradient);

    void ReleaseLeaf()
    {
        Leaf?.Close();
        Leaf = null;
    }
}
