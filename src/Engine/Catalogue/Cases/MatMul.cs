namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_matMul = Declare("matmul",
        Product("matrices", new([5, 7]), new([7, 3])),
        Product("inner_1", new([4, 1]), new([1, 5])),
        Product("single", new([1, 1]), new([1, 1])),
        Product("left_transposed", new([6, 5]) { Layout = InputLayout.Transposed }, new([5, 9])),
        Product("right_transposed", new([3, 5]), new([5, 17]) { Layout = InputLayout.Transposed }),
        Product("both_strided", new([2, 3, 4]) { Layout = InputLayout.Strided },
            new([2, 4, 5]) { Layout = InputLayout.Strided }),
        Product("batch", new([3, 2, 5]), new([3, 5, 4])),
        Product("right_shared", new([2, 3, 4, 5]), new([5, 3])),
        Product("right_shared_left_transposed", new([2, 3, 5]) { Layout = InputLayout.Transposed }, new([5, 3])),
        Product("left_shared", new([3, 5]), new([2, 2, 5, 4])),
        Product("broadcast_both", new([2, 1, 3, 4]), new([3, 4, 2])),
        Product("broadcast_crossed", new([2, 1, 3, 2, 4]), new([1, 2, 3, 4, 2])),
        Product("batch_transposed", new([2, 3, 4]) { Layout = InputLayout.Transposed },
            new([2, 4, 3]) { Layout = InputLayout.Transposed }),
        Product("vector_left", new([4]), new([2, 4, 3])),
        Product("vector_right", new([2, 3, 4]), new([4])),
        Product("vectors", new([9]), new([9])),
        Product("several_panels", Small([19, 33]), Small([33, 65])),
        Product("inner_0", new([3, 0]), new([0, 2])),
        Product("no_rows", new([2, 0, 3]), new([3, 4])),
        Product("no_columns", new([2, 3]), new([3, 0])),
        Product("no_batch", new([0, 2, 3]), new([3, 2])),
        Product("no_batch_shared_left", new([2, 3]), new([0, 3, 2])),
        // Both gradients of a and b gather: on the left and on the right, each after another one.
        new OpVariant("each_used_twice", [new([3, 3]), new([3, 3])], t => t[0].MatMul(t[1]).MatMul(t[1]).MatMul(t[0]),
            a => Product(Product(Product(a[0], a[1]), a[1]), a[0])));

    // A central difference of a sum over a thousand results loses digits that small values leave.
    static OpInput Small(Shape shape) => new(shape) { Low = -0.25, High = 0.25 };

    static OpVariant Product(string name, OpInput left, OpInput right)
        => new(name, [left, right], t => t[0].MatMul(t[1]), a => Product(a[0], a[1]));

    // NumPy's definition: a vector is a row on the left and a column on the right; batches broadcast.
    static NdArray Product(NdArray a, NdArray b)
    {
        var left = a.Shape.Rank == 1 ? new NdArray([1, a.Shape[0]], a.Values) : a;
        var right = b.Shape.Rank == 1 ? new NdArray([b.Shape[0], 1], b.Values) : b;
        int m = left.Shape[-2], k = left.Shape[-1], n = right.Shape[-1];
        int rank = Math.Max(left.Shape.Rank, right.Shape.Rank);
        int[] lengths = new int[rank];
        for (int axis = 1; axis <= rank; axis++)
        {
            int ours = axis <= left.Shape.Rank ? left.Shape[-axis] : 1;
            int theirs = axis <= right.Shape.Rank ? right.Shape[-axis] : 1;
            lengths[rank - axis] = ours == 1 ? theirs : ours;
        }
        (lengths[^2], lengths[^1]) = (m, n);
        var y = NdArray.Build(lengths, index =>
        {
            double sum = 0;
            for (int i = 0; i < k; i++)
            {
                int[] leftIndex = [.. index[..^1], i], rightIndex = [.. index[..^2], i, index[^1]];
                sum += left.Broadcast(leftIndex) * right.Broadcast(rightIndex);
            }
            return sum;
        });
        int[] kept = [.. lengths[..^2], .. a.Shape.Rank == 1 ? [] : (int[])[m], .. b.Shape.Rank == 1 ? [] : (int[])[n]];
        return new(kept, y.Values);
    }
}
