using System.Globalization;
using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

/// <summary>Neighbouring axes that a reduction folds into one number; the kernels know no other form.</summary>
readonly record struct AxisRun(int First, int Count)
{
    /// <summary>The shape with these axes reduced to length 1.</summary>
    internal Shape Reduced(Shape shape)
    {
        for (int axis = First; axis < First + Count; axis++)
            shape = shape.With(axis, 1);
        return shape;
    }

    internal ReduceShape Kernel(Shape shape)
    {
        long outer = 1, reduced = 1, inner = 1;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (axis < First)
                outer *= shape[axis];
            else if (axis < First + Count)
                reduced *= shape[axis];
            else
                inner *= shape[axis];
        }
        return checked(new((int)outer, (int)reduced, (int)inner));
    }

    /// <summary>Number of elements that become one.</summary>
    internal long Length(Shape shape)
    {
        long length = 1;
        for (int axis = First; axis < First + Count; axis++)
            length *= shape[axis];
        return length;
    }

    /// <summary>Folds any set of axes, one run of neighbours after the other, the last first.</summary>
    /// <param name="fold">The op that folds one run and leaves its axes with length 1; folding in steps must be the
    /// same as at once.</param>
    internal static Tensor Fold(string op, Tensor x, ReadOnlySpan<int> axes, bool keepAxes, Func<AxisRun, Op> fold)
    {
        uint mask = Mask(op, x.Shape, axes), bridged = mask | Units(x.Shape);
        for (int last = x.Shape.Rank - 1; last >= 0; last--)
        {
            if ((bridged >> last & 1) == 0)
                continue;
            int first = last;
            while (first > 0 && (bridged >> (first - 1) & 1) != 0)
                first--;
            if ((mask >> first & ((1u << (last - first + 1)) - 1)) != 0)
                x = Op.Apply(fold(new(first, last - first + 1)), x);
            last = first;
        }
        return keepAxes ? x : Drop(x, mask);
    }

    /// <summary>Folds all axes, to a scalar; of a scalar too, so that the result is always that of an op.</summary>
    internal static Tensor FoldAll(Tensor x, Func<AxisRun, Op> fold)
        => Drop(Op.Apply(fold(new(0, x.Shape.Rank)), x), (1u << x.Shape.Rank) - 1);

    /// <summary>
    /// Brings any set of axes to the end, as a run of neighbours, for what cannot be folded in steps.
    /// </summary>
    internal static (Tensor Permuted, AxisRun Run) Gather(string op, Tensor x, ReadOnlySpan<int> axes)
    {
        uint mask = Mask(op, x.Shape, axes);
        int rank = x.Shape.Rank, count = BitOperations.PopCount(mask);
        int first = BitOperations.TrailingZeroCount(mask);
        if (count == 0)
            return (x, new(0, 0));
        if (mask >> first == (1u << count) - 1)
            return (x, new(first, count));
        int[] order = new int[rank];
        int kept = 0, folded = rank - count;
        for (int axis = 0; axis < rank; axis++)
            order[(mask >> axis & 1) == 0 ? kept++ : folded++] = axis;
        return (x.Permute(order), new(rank - count, count));
    }

    /// <summary>The result of a reduction over gathered axes in its proper shape.</summary>
    internal static Tensor Restore(string op, Tensor y, Shape shape, ReadOnlySpan<int> axes, bool keepAxes)
    {
        uint mask = Mask(op, shape, axes);
        Span<int> lengths = stackalloc int[Shape.MaxRank];
        int rank = 0;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            bool folded = (mask >> axis & 1) != 0;
            if (keepAxes || !folded)
                lengths[rank++] = folded ? 1 : shape[axis];
        }
        return y.Reshape(lengths[..rank]);
    }

    static Tensor Drop(Tensor x, uint mask)
    {
        if (mask == 0)
            return x;
        Span<int> lengths = stackalloc int[Shape.MaxRank];
        int rank = 0;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            if ((mask >> axis & 1) == 0)
                lengths[rank++] = x.Shape[axis];
        }
        return x.Reshape(lengths[..rank]);
    }

    static uint Mask(string op, Shape shape, ReadOnlySpan<int> axes)
    {
        uint mask = 0;
        foreach (int axis in axes)
        {
            int positive = axis < 0 ? axis + shape.Rank : axis;
            if ((uint)positive >= (uint)shape.Rank)
                throw new ShapeException(op, "has no such axis", $"an axis of {shape}",
                    axis.ToString(CultureInfo.InvariantCulture));
            uint bit = 1u << positive;
            if ((mask & bit) != 0)
                throw new ShapeException(op, "names an axis twice", "each axis once",
                    $"[{string.Join(", ", axes.ToArray())}]");
            mask |= bit;
        }
        return mask;
    }

    static uint Units(Shape shape)
    {
        uint mask = 0;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (shape[axis] == 1)
                mask |= 1u << axis;
        }
        return mask;
    }
}
