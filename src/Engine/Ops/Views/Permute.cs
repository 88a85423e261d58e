namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>Axis i of the result is axis <paramref name="axes"/>[i] of this tensor.</summary>
    /// <returns>A view.</returns>
    /// <exception cref="ShapeException">The axes are not a permutation.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes) => Op.Apply(new PermuteOp(axes.ToArray()), this);

    /// <summary>Exchanges two axes; by default the last two.</summary>
    /// <returns>A view.</returns>
    public Tensor Transpose(int first = -2, int second = -1)
    {
        int[] axes = [.. Enumerable.Range(0, Shape.Rank)];
        int a = Shape.Axis(first), b = Shape.Axis(second);
        (axes[a], axes[b]) = (axes[b], axes[a]);
        return Permute(axes);
    }
}

sealed class PermuteOp(int[] axes) : Op
{
    public override string Name => "permute";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        bool[] seen = new bool[x.Shape.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            if (axes.Length == seen.Length && axes[i] < 0)
                axes[i] += seen.Length;
            if (axes.Length != seen.Length || (uint)axes[i] >= (uint)seen.Length || seen[axes[i]])
                throw new ShapeException(Name, "the axes are not a permutation", $"each axis of {x.Shape} once",
                    $"[{string.Join(", ", axes)}]");
            seen[axes[i]] = true;
        }
        if (axes.Length != seen.Length)
            throw new ShapeException(Name, "the axes are not a permutation", $"each axis of {x.Shape} once", "[]");
        return View(x, axes);
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        int[] inverse = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
            inverse[axes[i]] = i;
        into.Add(0, View(dy, inverse));
    }

    static Tensor View(Tensor x, int[] axes)
    {
        Span<int> lengths = stackalloc int[axes.Length];
        Span<long> steps = stackalloc long[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            lengths[i] = x.Shape[axes[i]];
            steps[i] = x.Strides[axes[i]];
        }
        return x.View(Shape.Create(lengths), Strides.Create(steps), x.Offset);
    }
}
