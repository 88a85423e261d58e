namespace SuTI.Engine;

public sealed partial class Tensor
{
    public static Tensor operator +(Tensor a, Tensor b) => Op.Apply(new ProvisionalAddOp(), a, b);

    public Tensor Cast(DType dtype)
    {
        if (dtype == DType) return this;
        return Op.Apply(new ProvisionalCastOp(dtype), this);
    }

    public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxes = false) => Op.Apply(new ProvisionalSumOp(axes.ToArray(), keepAxes), this);
}

sealed class ProvisionalAddOp : Op
{
    Shape _a, _b;
    public override string Name => "add";
    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        (_a, _b) = (inputs[0].Shape, inputs[1].Shape);
        var shape = Broadcast.Common(Name, _a, _b);
        var y = Tensor.Empty(shape, inputs[0].DType, inputs[0].Device);
        y.Assign(Broadcast.View(inputs[0], shape, Name));
        y.AddInPlace(Broadcast.View(inputs[1], shape, Name));
        return y;
    }
    protected internal override void Backward(Tensor dy, Gradients into)
    {
        into.Add(0, Broadcast.SumTo(dy, _a));
        into.Add(1, Broadcast.SumTo(dy, _b));
    }
}

sealed class ProvisionalCastOp(DType to) : Op
{
    DType _from;
    public override string Name => "cast";
    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0].ContiguousValues();
        _from = x.DType;
        var y = Tensor.Empty(x.Shape, to, x.Device);
        int n = (int)x.Shape.Length;
        for (int i = 0; i < n; i++)
        {
            double v = x.DType switch { DType.Float64 => x.Span<double>()[i], DType.Float32 => x.Span<float>()[i], DType.Int64 => x.Span<long>()[i], DType.Int32 => x.Span<int>()[i], DType.Float16 => (double)x.Span<Half>()[i], DType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)x.Span<ushort>()[i] << 16), _ => x.Span<byte>()[i] };
            switch (to) { case DType.Float64: y.Span<double>()[i] = v; break; case DType.Float32: y.Span<float>()[i] = (float)v; break; case DType.Int64: y.Span<long>()[i] = (long)v; break; default: throw new DTypeException(Name, "provisional"); }
        }
        return y;
    }
    protected internal override void Backward(Tensor dy, Gradients into) => into.Add(0, dy.Cast(_from));
}

sealed class ProvisionalSumOp(int[] axes, bool keep) : Op
{
    Shape _x;
    public override string Name => "sum";
    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        _x = inputs[0].Shape;
        int[] kept = _x.ToArray();
        foreach (int a in axes) kept[_x.Axis(a)] = 1;
        var y = Tensor.Zeros(kept, inputs[0].DType, inputs[0].Device);
        Broadcast.View(y, _x, Name).AddInPlace(inputs[0]);
        if (keep) return y;
        return y.Reshape([.. kept.Where((l, i) => !axes.Select(a => _x.Axis(a)).Contains(i))]);
    }
    protected internal override void Backward(Tensor dy, Gradients into)
    {
        int[] kept = _x.ToArray();
        foreach (int a in axes) kept[_x.Axis(a)] = 1;
        into.Add(0, Broadcast.View(dy.Reshape(kept), _x, Name));
    }
}
