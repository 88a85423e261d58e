namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_crossEntropy = Declare("cross_entropy",
        CrossEntropy("odd", [5, 7], 0, null),
        CrossEntropy("smoothed", [5, 7], 0.1, null),
        CrossEntropy("ignored_rows", [6, 3], 0, 1),
        CrossEntropy("smoothed_and_ignored", [6, 3], 0.3, 2),
        CrossEntropy("two_row_axes", [2, 3, 4], 0, null),
        CrossEntropy("one_class", [3, 1], 0.1, null),
        CrossEntropy("many_classes", [2, 90], 0, null),
        CrossEntropy("a_block_a_row", [3, 1048], 0.1, null),
        CrossEntropy("beyond_registers", [2, 17001], 0.2, null),
        CrossEntropy("many_rows", [700, 4], 0, 3),
        new OpVariant("nothing_counts", [new([2, 3]), new([2]) { IsIndex = true, Values = [-100, -100] }],
            t => t[0].CrossEntropy(t[1], ignore: -100), _ => new(Shape.Scalar, [0])));

    static readonly OpCase s_mse = Declare("mse", Pair("odd", [3, 5], (a, b) => a.Mse(b), d => d * d), Pair("single", [1], (a, b) => a.Mse(b), d => d * d));

    static readonly OpCase s_huber = Declare("huber",
        Pair("odd", [4, 5], (a, b) => a.Huber(b), d => Math.Abs(d) <= 1 ? d * d / 2 : Math.Abs(d) - 0.5),
        Pair("small_delta", [4, 5], (a, b) => a.Huber(b, 0.3), d => Math.Abs(d) <= 0.3 ? d * d / 2 : 0.3 * (Math.Abs(d) - 0.15)));

    static readonly OpCase s_l2Normalize = Declare("l2_normalize",
        new OpVariant("last_axis", [new([4, 5])], t => t[0].L2Normalize(), a => AlongAxis(a[0], -1, Unit)),
        new OpVariant("first_axis", [new([4, 5])], t => t[0].L2Normalize(0), a => AlongAxis(a[0], 0, Unit)),
        new OpVariant("zero_vector", [new([1, 3]) { Values = [0, 0, 0] }], t => t[0].L2Normalize() * 1e-12, _ => new([1, 3]))
        { IsDifferentiable = false });

    static readonly OpCase s_cosineSimilarity = Declare("cosine_similarity",
        new OpVariant("rows", [new([4, 5]), new([4, 5])], t => t[0].CosineSimilarity(t[1]),
            a => NdArray.Build([4], index => Enumerable.Range(0, 5).Sum(i => AlongAxis(a[0], -1, Unit)[index[0], i] * AlongAxis(a[1], -1, Unit)[index[0], i]))),
        new OpVariant("broadcast", [new([3, 1, 5]), new([1, 2, 5])], t => t[0].CosineSimilarity(t[1]),
            a => NdArray.Build([3, 2], index => Enumerable.Range(0, 5).Sum(i => AlongAxis(a[0], -1, Unit)[index[0], 0, i] * AlongAxis(a[1], -1, Unit)[0, index[1], i]))));

    static double[] Unit(double[] row)
    {
        double norm = Math.Sqrt(row.Sum(v => v * v));
        return Array.ConvertAll(row, v => v / norm);
    }

    static OpVariant Pair(string name, int[] shape, Func<Tensor, Tensor, Tensor> apply, Func<double, double> loss)
        => new(name, [new OpInput(shape), new OpInput(shape)], t => apply(t[0], t[1]),
            a => new(Shape.Scalar, [a[0].Values.Zip(a[1].Values, (x, y) => loss(x - y)).Average()]));

    static OpVariant CrossEntropy(string name, int[] shape, double smoothing, long? ignore)
        => new(name, [new OpInput(shape), new OpInput(shape[..^1]) { IsIndex = true, Low = 0, High = shape[^1] }],
            t => t[0].CrossEntropy(t[1], smoothing, ignore), a =>
            {
                int classes = shape[^1], counted = 0;
                double total = 0;
                for (int row = 0; row < a[1].Values.Length; row++)
                {
                    if ((long)a[1].Values[row] == ignore)
                        continue;
                    counted++;
                    double[] logits = a[0].Values[(row * classes)..((row + 1) * classes)];
                    double all = LogSumExpOf(logits);
                    for (int i = 0; i < classes; i++)
                        total -= ((i == (int)a[1].Values[row] ? 1 - smoothing : 0) + (smoothing / classes)) * (logits[i] - all);
                }
                return new(Shape.Scalar, [total / counted]);
            })
        { GradientElements = shape[^1] > 1000 ? 6 : 256 };
}
