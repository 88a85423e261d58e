using SuTI.Kernels;

namespace SuTI.Engine.Catalogue;

/// <summary>The drawn inputs of a variant: as arrays for the reference, as leaves, and as the views the op sees.</summary>
sealed class OpInputs
{
    readonly OpVariant _variant;

    OpInputs(OpVariant variant, NdArray[] arrays, Tensor[] leaves)
    {
        _variant = variant;
        Arrays = arrays;
        Leaves = leaves;
        Views = Lay(leaves);
    }

    internal NdArray[] Arrays { get; }

    /// <summary>What owns the memory: in the layout of storage.</summary>
    internal Tensor[] Leaves { get; }

    internal Tensor[] Views { get; }

    /// <summary>Draws every input; the values are exact in f32, so that f32 and f64 see the same ones.</summary>
    /// <param name="rounding">A half type to whose values they are rounded besides.</param>
    /// <param name="masters">Whether weights are f32, unrounded, where the type is a half.</param>
    internal static OpInputs Draw(OpVariant variant, DType dtype, Device device, bool requireGradient, DType rounding = DType.Float32, bool masters = false)
    {
        var arrays = new NdArray[variant.Inputs.Length];
        var leaves = new Tensor[variant.Inputs.Length];
        for (int i = 0; i < arrays.Length; i++)
        {
            var input = variant.Inputs[i];
            bool isMaster = masters && input.IsWeight;
            arrays[i] = new(input.Shape, Array.ConvertAll(Values(input, (ulong)(i + 1)),
                v => rounding == DType.Float32 || isMaster ? v : ResultRounding.Round(v, rounding)));
            leaves[i] = Store(arrays[i], input, isMaster && dtype.IsHalf() ? DType.Float32 : dtype, device);
            leaves[i].RequiresGradient = requireGradient && input.TakesGradient;
        }
        return new(variant, arrays, leaves);
    }

    /// <summary>The variant as a function of those leaves that take a gradient.</summary>
    internal (Func<Tensor[], Tensor> Function, Tensor[] Leaves) AsFunction()
    {
        int[] which = [.. Enumerable.Range(0, Leaves.Length).Where(i => _variant.Inputs[i].TakesGradient)];
        Tensor Call(Tensor[] moved)
        {
            var all = (Tensor[])Leaves.Clone();
            for (int i = 0; i < which.Length; i++)
                all[which[i]] = moved[i];
            return _variant.Apply(Lay(all));
        }
        return (Call, Array.ConvertAll(which, i => Leaves[i]));
    }

    Tensor[] Lay(Tensor[] leaves)
    {
        var views = new Tensor[leaves.Length];
        for (int i = 0; i < leaves.Length; i++)
        {
            int rank = _variant.Inputs[i].Shape.Rank;
            views[i] = _variant.Inputs[i].Layout switch
            {
                InputLayout.Transposed => leaves[i].Permute([.. Enumerable.Range(0, rank).Reverse()]),
                InputLayout.Strided => leaves[i].Slice(-1, 0, _variant.Inputs[i].Shape[-1], step: 2),
                _ => leaves[i],
            };
        }
        return views;
    }

    static Tensor Store(NdArray array, OpInput input, DType dtype, Device device)
    {
        int[] lengths = input.Shape.ToArray();
        double[] stored = array.Values;
        if (input.Layout == InputLayout.Transposed)
        {
            Array.Reverse(lengths);
            stored = NdArray.Build(lengths, index => array[[.. index.Reverse()]]).Values;
        }
        else if (input.Layout == InputLayout.Strided)
        {
            int width = lengths[^1];
            lengths[^1] = 2 * width;
            stored = new double[array.Values.Length * 2];
            for (int i = 0; i < stored.Length; i++)
                stored[i] = i % 2 == 0 ? array.Values[i / 2] : 77;
        }
        if (input.IsIndex)
            return Tensor.From(Array.ConvertAll(stored, v => (long)v), lengths, device);
        if (input.IsCondition)
            return Tensor.From(Array.ConvertAll(stored, v => v != 0), lengths, device);
        return dtype switch
        {
            DType.Float64 => Tensor.From(stored, lengths, device),
            DType.BFloat16 => Tensor.From(Array.ConvertAll(stored, v => (BFloat16)(float)v), lengths, device),
            DType.Float16 => Tensor.From(Array.ConvertAll(stored, v => (Half)(float)v), lengths, device),
            _ => Tensor.From(Array.ConvertAll(stored, v => (float)v), lengths, device),
        };
    }

    static double[] Values(OpInput input, ulong seed)
    {
        if (input.Values is not null)
            return input.Values;
        var random = new SplitMix(seed * 7919);
        double[] values = new double[input.Shape.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double value;
            do
                value = (float)random.Next(input.Low, input.High);
            while (Array.Exists(input.Kinks, kink => Math.Abs(value - kink) < 0.01));
            values[i] = input.IsIndex ? Math.Floor(value) : input.IsCondition ? (random.Next() & 1) : value;
        }
        if (input.IsDistinct)
            Spread(values, random);
        return values;
    }

    // A shuffled ladder with steps of at least 0.02 in place of the drawn values.
    static void Spread(double[] values, SplitMix random)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)((i - (values.Length / 2)) * 0.03125);
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = (int)(random.Next() % (ulong)(i + 1));
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
