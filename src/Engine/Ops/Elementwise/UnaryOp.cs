using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

/// <summary>A formula that is an op by itself.</summary>
interface IUnaryOpFormula : IUnaryFormula
{
    /// <summary>As <see cref="Op.Name"/>.</summary>
    static abstract string OpName { get; }

    /// <summary>f(x) as CUDA text in x and, if the struct has fields (doubles), p and q, by the functions of math.cuh.</summary>
    static abstract string CudaForward { get; }

    /// <summary>f′ in x, y and, as above, p and q.</summary>
    static abstract string CudaDerivative { get; }
}

/// <summary>
/// A function of each element by itself. An op of this kind is a formula and a method of <see cref="Tensor"/>.
/// </summary>
sealed class UnaryOp<TFormula>(TFormula formula) : Op
    where TFormula : struct, IUnaryOpFormula
{
    Tensor? _x;
    Tensor? _y;

    public override string Name => TFormula.OpName;

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var x = inputs[0].ContiguousValues();
        var y = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.Unary(x, y, formula);
        if (TFormula.DerivativeReadsInput)
            _x = Save(inputs[0]);
        if (TFormula.DerivativeReadsOutput)
            _y = Save(y);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        var dx = Tensor.Empty(dy.Shape, dy.DType, dy.Device);
        dy.Device.UnaryBackward(_x?.ContiguousValues(), _y, dy, dx, formula);
        into.Add(0, dx);
    }
}

public abstract partial class Device
{
    /// <summary>y = f(x); contiguous tensors of one shape and type.</summary>
    internal abstract void Unary<TFormula>(Tensor x, Tensor y, TFormula formula)
        where TFormula : struct, IUnaryOpFormula;

    /// <summary>dx = dy · f′(x); of x and y only what the formula reads need be there.</summary>
    internal abstract void UnaryBackward<TFormula>(Tensor? x, Tensor? y, Tensor dy, Tensor dx, TFormula formula)
        where TFormula : struct, IUnaryOpFormula;
}

public sealed partial class CpuDevice
{
    internal override void Unary<TFormula>(Tensor x, Tensor y, TFormula formula)
    {
        if (x.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => ElementwiseCpu.Unary<T, TFormula>(Pool, x.Span<T>(), y.Span<T>(), formula);
    }

    internal override void UnaryBackward<TFormula>(Tensor? x, Tensor? y, Tensor dy, Tensor dx, TFormula formula)
    {
        if (dy.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
            => ElementwiseCpu.UnaryBackward<T, TFormula>(Pool, x is null ? [] : x.Span<T>(),
                y is null ? [] : y.Span<T>(), dy.Span<T>(), dx.Span<T>(), formula);
    }
}
