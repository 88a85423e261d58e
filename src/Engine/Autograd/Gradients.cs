namespace SuTI.Engine;

/// <summary>Where an op's Backward puts the gradients of its inputs.</summary>
public sealed class Gradients
{
    readonly Op _op;

    internal Gradients(Op op) => _op = op;

    /// <summary>Whether the gradient of input <paramref name="input"/> is wanted; otherwise computing it is wasted.</summary>
    public bool Needs(int input) => _op.Edges[input].NeedsGradient;

    /// <summary>Adds a gradient to input <paramref name="input"/>; ignored where none is wanted.</summary>
    /// <exception cref="ShapeException">It has not the input's shape.</exception>
    public void Add(int input, Tensor gradient)
    {
        var edge = _op.Edges[input];
        if (!edge.NeedsGradient)
            return;
        if (gradient.Shape != edge.Shape)
            throw new ShapeException($"backward of {_op.Name}", $"gradient {input} has another shape than its input",
                edge.Shape.ToString(), gradient.Shape.ToString());
        if (gradient.DType != edge.DType)
            throw new DTypeException($"backward of {_op.Name}", $"gradient {input} has another type than its input",
                edge.DType.Label(), gradient.DType.Label());
        Set(edge, Accumulate(Get(edge), gradient));
    }

    /// <summary>
    /// The buffer in which the gradient of input <paramref name="input"/> gathers, for kernels that can add into it: contiguous, of the
    /// input's shape. Nothing need be added afterwards.
    /// </summary>
    /// <param name="accumulate">Whether the buffer holds a gradient to be added to; else its contents are undefined.</param>
    public Tensor Buffer(int input, out bool accumulate)
    {
        var edge = _op.Edges[input];
        var present = Get(edge);
        accumulate = present is not null;
        if (present is null)
        {
            present = Tensor.Unowned(edge.Shape, edge.DType, edge.Device, $"gradient of {_op.Name}");
            Set(edge, present);
        }
        else if (present.Storage.IsShared || !present.IsContiguous)
        {
            using var scope = TensorScope.Open("gradient");
            var copy = present.Copy().Alias();
            present.ReleaseHandle();
            present = copy;
            Set(edge, present);
        }
        return present;
    }

    internal static Tensor? Get(Edge edge) => edge.Producer is { } producer ? producer.Pending : edge.Leaf!.Gradient;

    static void Set(Edge edge, Tensor gradient)
    {
        if (edge.Producer is { } producer)
            producer.Pending = gradient;
        else
            edge.Leaf!.Gradient = gradient;
    }

    static Tensor Accumulate(Tensor? present, Tensor gradient)
    {
        if (present is null)
            return gradient.Alias();
        if (!present.Storage.IsShared && present.IsContiguous)
        {
            present.AddInPlace(gradient);
            return present;
        }
        using var scope = TensorScope.Open("gradient");
        var sum = present.Copy();
        sum.AddInPlace(gradient);
        present.ReleaseHandle();
        return sum.Alias();
    }
}
