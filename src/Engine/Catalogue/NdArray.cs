namespace SuTI.Engine.Catalogue;

/// <summary>A plain array of doubles with a shape: what the naive references of the catalogue compute on.</summary>
public sealed class NdArray
{
    public NdArray(Shape shape, double[]? values = null)
    {
        Shape = shape;
        Values = values ?? new double[shape.Length];
        if (Values.Length != shape.Length)
            throw new ShapeException("reference", "the values do not fill the shape", $"{shape.Length}", $"{Values.Length}");
    }

    public Shape Shape { get; }

    /// <summary>In row-major order.</summary>
    public double[] Values { get; }

    public double this[params ReadOnlySpan<int> index]
    {
        get => Values[Flat(index)];
        set => Values[Flat(index)] = value;
    }

    /// <summary>A new array whose element at every index is <paramref name="element"/> of that index.</summary>
    public static NdArray Build(Shape shape, Func<int[], double> element)
    {
        var result = new NdArray(shape);
        int[] index = new int[shape.Rank];
        for (int flat = 0; flat < result.Values.Length; flat++)
        {
            result.Values[flat] = element(index);
            for (int axis = shape.Rank - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
                index[axis] = 0;
        }
        return result;
    }

    /// <summary>Every element through <paramref name="formula"/>.</summary>
    public NdArray Map(Func<double, double> formula) => new(Shape, Array.ConvertAll(Values, v => formula(v)));

    /// <summary>The element that NumPy's broadcasting puts at an index of a larger shape.</summary>
    public double Broadcast(ReadOnlySpan<int> index)
    {
        int flat = 0;
        for (int axis = 0; axis < Shape.Rank; axis++)
        {
            int at = index[index.Length - Shape.Rank + axis];
            flat = (flat * Shape[axis]) + (Shape[axis] == 1 ? 0 : at);
        }
        return Values[flat];
    }

    int Flat(ReadOnlySpan<int> index)
    {
        int flat = 0;
        for (int axis = 0; axis < index.Length; axis++)
        {
            if ((uint)index[axis] >= (uint)Shape[axis])
                throw new ShapeException("reference", "an index leaves the shape", Shape.ToString(), $"{index[axis]} at axis {axis}");
            flat = (flat * Shape[axis]) + index[axis];
        }
        return flat;
    }
}
