namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Joins tensors along an axis; all other axes are equal.</summary>
    /// <exception cref="ShapeException">No tensors, or shapes that differ elsewhere.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts)
    {
        if (parts.IsEmpty)
            throw new ShapeException("concat", "joins at least one tensor", "1 or more", "0");
        return Op.Apply(new ConcatOp(parts[0].Shape.Axis(axis)), parts);
    }

    /// <summary>
    /// Joins tensors of one shape along a new axis, which is axis <paramref name="axis"/> of the result.
    /// </summary>
    /// <exception cref="ShapeException">No tensors, or different shapes.</exception>
    public static Tensor Stack(int axis, params ReadOnlySpan<Tensor> parts)
    {
        if (parts.IsEmpty)
            throw new ShapeException("stack", "joins at least one tensor", "1 or more", "0");
        var layers = new Tensor[parts.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            if (parts[i].Shape != parts[0].Shape)
                throw new ShapeException("stack", "joins tensors of one shape", parts[0].Shape.ToString(),
                    parts[i].Shape.ToString());
            layers[i] = parts[i].Unsqueeze(axis);
        }
        return Concat(axis, layers);
    }
}

sealed class ConcatOp(int axis) : Op
{
    int[] _lengths = [];

    public override string Name => "concat";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var first = inputs[0];
        _lengths = new int[inputs.Length];
        int total = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            var part = inputs[i];
            if (part.DType != first.DType)
                throw new DTypeException(Name, "joins tensors of one type", first.DType.Label(), part.DType.Label());
            if (part.Shape.Rank != first.Shape.Rank || part.Shape.With(axis, first.Shape[axis]) != first.Shape)
                throw new ShapeException(Name, $"the axes other than {axis} are equal", first.Shape.ToString(),
                    part.Shape.ToString());
            _lengths[i] = part.Shape[axis];
            total = checked(total + _lengths[i]);
        }
        var y = Tensor.Empty(first.Shape.With(axis, total), first.DType, first.Device);
        for (int i = 0, start = 0; i < inputs.Length; start += _lengths[i++])
            y.Slice(axis, start, _lengths[i]).Assign(inputs[i]);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        for (int i = 0, start = 0; i < _lengths.Length; start += _lengths[i++])
        {
            if (into.Needs(i))
                into.Add(i, dy.Slice(axis, start, _lengths[i]));
        }
    }
}
