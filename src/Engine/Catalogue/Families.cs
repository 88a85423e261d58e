namespace SuTI.Engine.Catalogue;

/// <summary>Variants that many ops share: the shapes and layouts on which loops go wrong.</summary>
static class Families
{
    // More than two chunks of the elementwise kernels, and a tail in the last vector.
    const int Large = 40_003;

    /// <summary>A function of each element.</summary>
    /// <param name="extremes">Values beyond the bounds at which the formula must hold too.</param>
    internal static OpVariant[] Unary(Func<Tensor, Tensor> apply, Func<double, double> formula, double low = -2,
        double high = 2, double[]? kinks = null, double[]? extremes = null)
    {
        OpVariant Variant(string name, OpInput input)
            => new(name, [input with { Low = low, High = high, Kinks = kinks ?? [] }], t => apply(t[0]),
                a => a[0].Map(formula));
        var variants = new List<OpVariant>
        {
            Variant("odd", new([3, 5, 7])),
            Variant("scalar", new([])),
            Variant("zero_size", new([2, 0])),
            Variant("transposed", new([5, 9]) { Layout = InputLayout.Transposed }),
            Variant("strided", new([3, 11]) { Layout = InputLayout.Strided }),
            Variant("large", new([Large])) with { GradientElements = 6 },
            // Contiguous, but not where wide accesses may begin.
            new("misaligned", [new OpInput([41]) { Low = low, High = high, Kinks = kinks ?? [] }], t => apply(t[0].Slice(0, 1, 40)),
                a => NdArray.Build([40], i => formula(a[0][i[0] + 1]))),
        };
        if (extremes is not null)
            variants.Add(Variant("extremes", new([extremes.Length]) { Values = extremes }));
        return [.. variants];
    }

    /// <summary>A function of pairs of elements, broadcast.</summary>
    internal static OpVariant[] Binary(Func<Tensor, Tensor, Tensor> apply, Func<double, double, double> formula,
        Func<OpInput, OpInput>? first = null, Func<OpInput, OpInput>? second = null)
    {
        OpVariant Variant(string name, Shape result, OpInput a, OpInput b)
            => new(name, [first?.Invoke(a) ?? a, second?.Invoke(b) ?? b], t => apply(t[0], t[1]),
                x => NdArray.Build(result, i => formula(x[0].Broadcast(i), x[1].Broadcast(i))));
        return
        [
            Variant("odd", [3, 5, 7], new([3, 5, 7]), new([3, 5, 7])),
            Variant("scalars", [], new([]), new([])),
            Variant("scalar_left", [3, 5], new([]), new([3, 5])),
            Variant("row_right", [4, 3, 9], new([4, 3, 9]), new([9])),
            Variant("column_right", [4, 9], new([4, 9]), new([4, 1])),
            Variant("both_repeat", [2, 3, 5], new([2, 1, 5]), new([3, 1])),
            Variant("transposed_and_strided", [4, 5], new([4, 5]) { Layout = InputLayout.Transposed },
                new([4, 5]) { Layout = InputLayout.Strided }),
            Variant("zero_size", [0, 3], new([0, 3]), new([1, 3])),
            Variant("large", [39, 1030], new([39, 1030]), new([1030])) with { GradientElements = 6 },
            // Rows of whole accesses of 16 bytes, in each type.
            Variant("wide_row_of_each_image_right", [2, 3, 16], new([2, 3, 16]), new([2, 1, 16])),
            Variant("wide_column_left", [4, 16], new([4, 1]), new([4, 16])),
            new("misaligned", [first?.Invoke(new([21])) ?? new([21]), second?.Invoke(new([20])) ?? new([20])], t => apply(t[0].Slice(0, 1, 20), t[1]),
                x => NdArray.Build([20], i => formula(x[0][i[0] + 1], x[1][i[0]]))),
        ];
    }

    /// <summary>A comparison: whole numbers, so that many are equal, and a NaN.</summary>
    internal static OpVariant[] Comparison(Func<Tensor, Tensor, Tensor> apply, Func<double, double, bool> formula)
    {
        static OpInput Whole(OpInput input) => input with
        {
            Values = [.. Enumerable.Range(0, (int)input.Shape.Length)
                .Select(i => i == 3 ? double.NaN : (i * 7 % 5) - (i * 3 % 4))],
        };
        return Array.ConvertAll(Binary(apply, (a, b) => formula(a, b) ? 1 : 0, Whole, Whole),
            v => v with { IsDifferentiable = false });
    }

    /// <summary>
    /// Shuffled odd multiples of 1/32 for phase 1 and even ones for phase 2: what differs in phase is never equal.
    /// </summary>
    internal static double[] Ladder(OpInput input, int phase)
        => [.. Enumerable.Range(0, (int)input.Shape.Length).Select(i => (((i * 89 % 257) - 128) * 2 + phase) / 32.0)];

    /// <summary>A reduction over any axes.</summary>
    /// <param name="apply">Takes the axes, or null for all of them, and whether they stay.</param>
    /// <param name="formula">Of the elements that become one, in row-major order.</param>
    /// <param name="takesNothing">Whether the reduction of no elements is a number.</param>
    internal static OpVariant[] Reduction(Func<Tensor, int[]?, bool, Tensor> apply, Func<double[], double> formula,
        bool isDistinct = false, bool takesNothing = true)
    {
        OpVariant Variant(string name, OpInput input, int[]? axes, bool keepAxes = false)
        {
            int[] positive = axes is null ? [.. Enumerable.Range(0, input.Shape.Rank)]
                : [.. axes.Select(input.Shape.Axis)];
            return new(name, [input with { IsDistinct = isDistinct }], t => apply(t[0], axes, keepAxes),
                a => Reduce(a[0], positive, keepAxes, formula))
            {
                GradientElements = input.Shape.Length > 1000 ? 6 : 256,
                // Distinct values of a large input reach 1,250: they round to 2e-13, and the difference divides that
                // by 2e-6.
                GradientTolerance = isDistinct && input.Shape.Length > 1000 ? 1e-4 : 1e-6,
            };
        }
        var variants = new List<OpVariant>
        {
            Variant("last", new([3, 5, 7]), [-1]),
            Variant("middle_kept", new([3, 5, 7]), [1], keepAxes: true),
            Variant("first", new([9, 2, 3]), [0]),
            Variant("neighbours", new([2, 3, 4, 5]), [2, 1]),
            Variant("apart", new([2, 3, 4, 5]), [0, -2]),
            Variant("apart_kept", new([3, 2, 4]), [0, 2], keepAxes: true),
            Variant("around_one", new([3, 1, 4]), [0, 2]),
            Variant("of_one", new([3, 1]), [1]),
            Variant("all", new([3, 5]), null),
            Variant("scalar", new([]), null),
            Variant("nothing_left", new([0, 3]), [1]),
            Variant("transposed", new([3, 6]) { Layout = InputLayout.Transposed }, [0]),
            Variant("strided", new([4, 7]) { Layout = InputLayout.Strided }, [1]),
            Variant("long_rows", new([2, 40_003]), [1]),
            Variant("long_columns", new([20_003, 3]), [0]),
            Variant("many_rows", new([1203, 67]), [1]),
            Variant("rows_of_packs", new([5, 2, 64]), [2]),
            Variant("row_of_many_packs", new([2, 20_480]), [1]),
            Variant("columns_of_packs", new([3, 5, 48]), [1]),
            Variant("many_columns", new([2, 3, 600]), [1]),
        };
        if (takesNothing)
            variants.Add(Variant("of_nothing", new([3, 0, 2]), [1]));
        return [.. variants];
    }

    /// <summary>Every set of elements that differ along the axes alone, through <paramref name="formula"/>.</summary>
    internal static NdArray Reduce(NdArray x, int[] axes, bool keepAxes, Func<double[], double> formula)
    {
        int[] kept = x.Shape.ToArray();
        foreach (int axis in axes)
            kept[axis] = 1;
        var groups = new List<double>[((Shape)kept).Length];
        for (int i = 0; i < groups.Length; i++)
            groups[i] = [];
        int next = 0;
        NdArray.Build(x.Shape, index =>
        {
            int group = 0;
            for (int axis = 0; axis < kept.Length; axis++)
                group = (group * kept[axis]) + (kept[axis] == 1 ? 0 : index[axis]);
            groups[group].Add(x.Values[next]);
            return x.Values[next++];
        });
        int[] shape = keepAxes ? kept : [.. kept.Where((_, axis) => !axes.Contains(axis))];
        return new(shape, Array.ConvertAll(groups, group => formula([.. group])));
    }

    /// <summary>The error function by its series of positive terms (Abramowitz and Stegun, 7.1.6).</summary>
    internal static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
            return Math.Sign(x);
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
            sum += term *= 2 * x * x / ((2 * n) + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
