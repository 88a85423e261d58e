namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_softmax = Declare("softmax",
        Softmax("odd", new([3, 7]), -1),
        Softmax("single", new([1, 1]), -1),
        Softmax("middle_axis", new([2, 5, 3]), 1),
        Softmax("large_values", new([2, 9]) { Low = 80, High = 90 }, -1),
        Softmax("wider_than_vectors", new([2, 70]), -1),
        Softmax("three_packs_a_lane", new([3, 568]), -1),
        Softmax("a_block_a_row", Long([2, 1032]), -1),
        Softmax("odd_and_long", Long([2, 3333]), -1),
        Softmax("beyond_registers", Long([2, 17000]), -1),
        Softmax("transposed", new([4, 6]) { Layout = InputLayout.Transposed }, -1),
        Softmax("strided", new([4, 6]) { Layout = InputLayout.Strided }, 0),
        Softmax("zero_size", new([0, 4]), -1),
        new OpVariant("masked_row", [new([2, 3]) { Values = [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity, 1, 2, double.NegativeInfinity], IsDifferentiable = false }],
            t => t[0].Softmax(), a => new([2, 3], [0, 0, 0, 1 / (1 + Math.E), Math.E / (1 + Math.E), 0]))
        { IsDifferentiable = false });

    static readonly OpCase s_logSoftmax = Declare("log_softmax",
        LogSoftmax("odd", new([3, 7]), -1),
        LogSoftmax("single", new([1, 1]), -1),
        LogSoftmax("middle_axis", new([2, 5, 3]), 1),
        LogSoftmax("large_values", new([2, 9]) { Low = 80, High = 90 }, -1),
        LogSoftmax("wider_than_vectors", new([2, 70]), -1),
        LogSoftmax("three_packs_a_lane", new([3, 568]), -1),
        LogSoftmax("a_block_a_row", Long([2, 1032]), -1),
        LogSoftmax("beyond_registers", Long([2, 17000]), -1),
        LogSoftmax("transposed", new([4, 6]) { Layout = InputLayout.Transposed }, -1),
        LogSoftmax("zero_size", new([0, 4]), -1));

    // Values of a long row differ enough that some count and most do not.
    static OpInput Long(int[] shape) => new(shape) { Low = -12, High = 2 };

    static OpVariant Softmax(string name, OpInput x, int axis)
        => new(name, [x], t => t[0].Softmax(axis), a => AlongAxis(a[0], axis, row =>
        {
            double all = LogSumExpOf(row);
            return Array.ConvertAll(row, v => Math.Exp(v - all));
        }))
        { GradientElements = x.Shape.Length > 1000 ? 6 : 256 };

    static OpVariant LogSoftmax(string name, OpInput x, int axis)
        => new(name, [x], t => t[0].LogSoftmax(axis), a => AlongAxis(a[0], axis, row =>
        {
            double all = LogSumExpOf(row);
            return Array.ConvertAll(row, v => v - all);
        }))
        { GradientElements = x.Shape.Length > 1000 ? 6 : 256 };

    static double LogSumExpOf(double[] row)
    {
        double largest = row.Max();
        return largest + Math.Log(row.Sum(v => Math.Exp(v - largest)));
    }

    // Applies a function of rows along any axis.
    static NdArray AlongAxis(NdArray x, int axis, Func<double[], double[]> function)
    {
        int at = x.Shape.Axis(axis);
        double[] results = [];
        int[] known = [];
        return NdArray.Build(x.Shape, index =>
        {
            int[] other = [.. index];
            other[at] = 0;
            if (!known.AsSpan().SequenceEqual(other))
            {
                known = [.. other];
                double[] row = new double[x.Shape[at]];
                for (int i = 0; i < row.Length; i++)
                {
                    other[at] = i;
                    row[i] = x[other];
                }
                results = function(row);
            }
            return results[index[at]];
        });
    }
}
