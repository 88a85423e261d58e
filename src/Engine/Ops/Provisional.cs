namespace SuTI.Engine;

public sealed partial class Tensor
{
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxes = false) => Op.Apply(new ProvisionalSumOp(axes.ToArray(), keepAxes), this);
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
