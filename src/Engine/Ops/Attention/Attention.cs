namespace SuTI.Engine;

/// <summary>How scores are made.</summary>
/// <param name="Scale">What q · k is multiplied with; headDim^−½ if null.</param>
/// <param name="IsCausal">
/// Hides key j from query i where j &gt; i, both counted from 0. Not together with second keys.
/// </param>
public sealed record AttentionOptions(double? Scale = null, bool IsCausal = false);

public sealed partial class Tensor
{
    /// <summary>
    /// softmax(q · kᵀ · scale + bias, masked) · v for every sample and head; memory is linear in the lengths.
    /// </summary>
    /// <remarks>
    /// Operands may be views of any strides, such as slices of a joint projection; only if a head's numbers are not
    /// adjacent are they copied. A query whose keys are all masked gets zeros and passes no gradient.
    /// </remarks>
    /// <param name="q">(n, lq, heads, headDim).</param>
    /// <param name="k">(n, lk, heads, headDim).</param>
    /// <param name="v">(n, lk, heads, headDim).</param>
    /// <param name="bias">Broadcasts to (n, heads, lq, all keys); added to the scaled scores.</param>
    /// <param name="keyMask">(n, all keys) or (1, all keys), bool: false hides a key.</param>
    /// <param name="secondKeys">(n, lk2, heads, headDim): more keys in the same softmax, counted after the first
    /// ones.</param>
    /// <param name="secondValues">(n, lk2, heads, headDim), present if the second keys are.</param>
    /// <returns>(n, lq, heads, headDim), contiguous.</returns>
    /// <exception cref="ShapeException">An operand does not fit.</exception>
    /// <exception cref="DTypeException">The operands are not all f32 or all f64, or the mask is not bool.</exception>
    /// <exception cref="SutiException">Causal with second keys, or second keys without second values.</exception>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v, AttentionOptions? options = null, Tensor? bias = null,
        Tensor? keyMask = null, Tensor? secondKeys = null, Tensor? secondValues = null)
    {
        var inputs = new List<Tensor> { q, k, v };
        int Add(Tensor? tensor)
        {
            if (tensor is null)
                return -1;
            inputs.Add(tensor);
            return inputs.Count - 1;
        }
        var op = new AttentionOp(options ?? new(), Add(bias), Add(keyMask), Add(secondKeys), Add(secondValues));
        return Op.Apply(op, [.. inputs]);
    }
}

/// <summary>The operands of one attention as kernels take them; those that are missing are null.</summary>
/// <param name="Bias">(n or 1, heads or 1, lq, all keys), keys adjacent.</param>
/// <param name="KeyMask">(n, all keys), contiguous.</param>
readonly record struct AttentionOperands(Tensor Q, Tensor K, Tensor V, Tensor? Bias, Tensor? KeyMask, Tensor? SecondK,
    Tensor? SecondV)
{
    internal int Keys => K.Shape[1] + (SecondK?.Shape[1] ?? 0);
}

/// <summary>
/// Gradients to compute, contiguous; those not wanted are null. The bias gradient has the shape of the bias operand.
/// </summary>
readonly record struct AttentionResults(Tensor? Q, Tensor? K, Tensor? V, Tensor? Bias, Tensor? SecondK,
    Tensor? SecondV);

sealed class AttentionOp(AttentionOptions options, int biasAt, int maskAt, int secondKeysAt, int secondValuesAt) : Op
{
    Tensor?[] _inputs = [];
    Tensor? _y, _logSumExp;

    public override string Name => "attention";

    double Scale(Tensor q) => options.Scale ?? 1 / Math.Sqrt(q.Shape[3]);

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        _inputs = inputs.ToArray();
        Check(inputs);
        var q = inputs[0];
        var y = Tensor.Empty(q.Shape, q.DType, q.Device);
        var logSumExp = Tensor.Empty([q.Shape[0], q.Shape[2], q.Shape[1]], q.DType.Accumulator(), q.Device);
        if (y.Shape.Length > 0)
            q.Device.Attention(Laid(), y, logSumExp, Scale(q), options.IsCausal);
        for (int i = 0; i < inputs.Length; i++)
            _inputs[i] = Save(inputs[i]);
        _y = Save(y);
        _logSumExp = Save(logSumExp);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var operands = Laid();
        var bias = operands.Bias;
        var results = new AttentionResults(Wanted(0, into), Wanted(1, into), Wanted(2, into),
            bias is not null && into.Needs(biasAt) ? Tensor.Empty(bias.Shape, bias.DType, bias.Device) : null,
            Wanted(secondKeysAt, into), Wanted(secondValuesAt, into));
        if (dy.Shape.Length > 0)
        {
            dy.Device.AttentionBackward(operands, _y!, _logSumExp!, dy, results, Scale(operands.Q), options.IsCausal);
        }
        else
        {
            foreach (var gradient in (Tensor?[])[results.K, results.V, results.Bias, results.SecondK, results.SecondV])
                gradient?.Device.Fill(gradient, 0);
        }
        Add(0, results.Q, into);
        Add(1, results.K, into);
        Add(2, results.V, into);
        Add(secondKeysAt, results.SecondK, into);
        Add(secondValuesAt, results.SecondV, into);
        if (results.Bias is { } dBias)
            into.Add(biasAt, Broadcast.SumTo(dBias, _inputs[biasAt]!.Shape));
    }

    Tensor? Wanted(int input, Gradients into)
        => input >= 0 && into.Needs(input)
        ? Tensor.Empty(_inputs[input]!.Shape, _inputs[input]!.DType, _inputs[input]!.Device) : null;

    static void Add(int input, Tensor? gradient, Gradients into)
    {
        if (gradient is not null)
            into.Add(input, gradient);
    }

    AttentionOperands Laid()
    {
        var operands = new AttentionOperands(Heads(0)!, Heads(1)!, Heads(2)!, null, null, Heads(secondKeysAt),
            Heads(secondValuesAt));
        var (samples, heads, queries) = (operands.Q.Shape[0], operands.Q.Shape[2], operands.Q.Shape[1]);
        Tensor? bias = null, mask = null;
        if (biasAt >= 0)
        {
            bias = _inputs[biasAt]!;
            // Samples and heads may stay shared, which spares the sum of their gradients; the rest is laid out.
            bias = Broadcast.View(bias, [Shared(bias, 4, samples), Shared(bias, 3, heads), queries, operands.Keys],
                Name);
            if (bias.Strides[3] != 1 || (bias.Strides[2] == 0 && queries > 1) || !FitInt(bias))
                bias = bias.ContiguousValues();
        }
        if (maskAt >= 0)
            mask = Broadcast.View(_inputs[maskAt]!, [samples, operands.Keys], Name).ContiguousValues();
        return operands with { Bias = bias, KeyMask = mask };
    }

    static int Shared(Tensor bias, int fromEnd, int length)
        => bias.Shape.Rank >= fromEnd && bias.Shape[-fromEnd] != 1 ? length : 1;

    Tensor? Heads(int input)
    {
        if (input < 0)
            return null;
        var x = _inputs[input]!;
        return (x.Strides[3] == 1 || x.Shape[3] == 1) && FitInt(x) ? x : x.ContiguousValues();
    }

    static bool FitInt(Tensor x) => Math.Max(x.Strides[0], Math.Max(x.Strides[1], x.Strides[2])) <= int.MaxValue;

    void Check(ReadOnlySpan<Tensor> inputs)
    {
        var (q, k, v) = (inputs[0], inputs[1], inputs[2]);
        var numbers = new List<Tensor>();
        for (int i = 0; i < inputs.Length; i++)
        {
            if (i != maskAt)
                numbers.Add(inputs[i]);
        }
        Operands.RequireCompute(Name, [.. numbers]);
        Operands.RequireRank(Name, q, 4);
        Operands.RequireRank(Name, k, 4);
        Operands.RequireShape(Name, k, q.Shape.With(1, k.Shape[1]));
        Operands.RequireShape(Name, v, k.Shape);
        int keys = k.Shape[1];
        if ((secondKeysAt < 0) != (secondValuesAt < 0))
            throw new SutiException(Name, "second keys and second values come together", "both or neither",
                secondKeysAt < 0 ? "second values alone" : "second keys alone");
        if (secondKeysAt >= 0)
        {
            if (options.IsCausal)
                throw new SutiException(Name, "a causal mask has no meaning for second keys", "one of the two", "both");
            Tensor secondKeys = inputs[secondKeysAt], secondValues = inputs[secondValuesAt];
            Operands.RequireRank(Name, secondKeys, 4);
            Operands.RequireShape(Name, secondKeys, q.Shape.With(1, secondKeys.Shape[1]));
            Operands.RequireShape(Name, secondValues, secondKeys.Shape);
            keys += secondKeys.Shape[1];
        }
        if (biasAt >= 0)
            RequireRepeatable(inputs[biasAt], [q.Shape[0], q.Shape[2], q.Shape[1], keys], "bias");
        if (maskAt >= 0)
        {
            if (inputs[maskAt].DType != DType.Bool)
                throw new DTypeException(Name, "the key mask is a condition", "bool", inputs[maskAt].DType.Label());
            Operands.RequireRank(Name, inputs[maskAt], 2, "the key mask");
            RequireRepeatable(inputs[maskAt], [q.Shape[0], keys], "key mask");
        }
    }

    void RequireRepeatable(Tensor x, Shape shape, string name)
    {
        bool repeats = x.Shape.Rank <= shape.Rank;
        for (int i = 1; repeats && i <= x.Shape.Rank; i++)
            repeats = x.Shape[-i] == 1 || x.Shape[-i] == shape[-i];
        if (!repeats)
            throw new ShapeException(Name, $"the {name} broadcasts to samples, heads, queries and keys",
                $"a shape that broadcasts to {shape}", x.Shape.ToString());
    }
}

public abstract partial class Device
{
    /// <param name="y">(n, lq, heads, headDim), contiguous.</param>
    /// <param name="logSumExp">(n, heads, lq), contiguous: of the scores of each query.</param>
    internal abstract void Attention(in AttentionOperands operands, Tensor y, Tensor logSumExp, double scale,
        bool isCausal);

    internal abstract void AttentionBackward(in AttentionOperands operands, Tensor y, Tensor logSumExp, Tensor dy,
        in AttentionResults gradients, double scale, bool isCausal);
}
