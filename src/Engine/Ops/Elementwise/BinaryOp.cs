using System.Numerics;
using SuTI.Kernels;

namespace SuTI.Engine;

/// <summary>A formula of two operands that is an op by itself.</summary>
interface IBinaryOpFormula : IBinaryFormula
{
    /// <summary>As <see cref="Op.Name"/>.</summary>
    static abstract string OpName { get; }

    /// <summary>f(a, b) as CUDA text, by the functions of math.cuh.</summary>
    static abstract string CudaForward { get; }

    /// <summary>∂f/∂a in a, b and y.</summary>
    static abstract string CudaDerivativeA { get; }

    /// <summary>∂f/∂b in a, b and y.</summary>
    static abstract string CudaDerivativeB { get; }

    /// <summary>∂f/∂a where it is the same everywhere: then backward needs no kernel.</summary>
    static virtual double? ConstantDerivativeA => null;

    /// <inheritdoc cref="ConstantDerivativeA"/>
    static virtual double? ConstantDerivativeB => null;
}

/// <summary>A function of pairs of elements under NumPy's broadcasting.</summary>
sealed class BinaryOp<TFormula> : Op
    where TFormula : struct, IBinaryOpFormula
{
    Shape _aShape;
    Shape _bShape;
    Tensor? _a;
    Tensor? _b;
    Tensor? _y;

    public override string Name => TFormula.OpName;

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Operands.RequireCompute(Name, inputs);
        var (a, b) = (inputs[0], inputs[1]);
        (_aShape, _bShape) = (a.Shape, b.Shape);
        var shape = Broadcast.Common(Name, a.Shape, b.Shape);
        var y = Tensor.Empty(shape, a.DType, a.Device);
        a.Device.Binary<TFormula>(Broadcast.View(a, shape, Name), Broadcast.View(b, shape, Name), y);
        if (TFormula.DerivativesReadInputs)
            (_a, _b) = (Save(a), Save(b));
        if (TFormula.DerivativesReadOutput)
            _y = Save(y);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        // What is summed over repeated axes stays unrounded until then; both gradients have one type.
        bool sums = (into.Needs(0) && _aShape != dy.Shape) || (into.Needs(1) && _bShape != dy.Shape);
        var dtype = sums ? dy.DType.Accumulator() : dy.DType;
        var da = ByKernel(0, TFormula.ConstantDerivativeA);
        var db = ByKernel(1, TFormula.ConstantDerivativeB);
        if (da is not null || db is not null)
        {
            var a = _a is null ? null : Broadcast.View(_a, dy.Shape, Name);
            var b = _b is null ? null : Broadcast.View(_b, dy.Shape, Name);
            dy.Device.BinaryBackward<TFormula>(a, b, _y, dy, da, db);
        }
        Give(0, da, TFormula.ConstantDerivativeA, _aShape);
        Give(1, db, TFormula.ConstantDerivativeB, _bShape);

        Tensor? ByKernel(int input, double? constant)
            => into.Needs(input) && constant is null ? Tensor.Empty(dy.Shape, dtype, dy.Device) : null;

        void Give(int input, Tensor? gradient, double? constant, Shape shape)
        {
            if (!into.Needs(input))
                return;
            var sum = Broadcast.SumTo(gradient ?? dy, shape).Cast(dy.DType);
            into.Add(input, constant is null or 1 ? sum : sum * constant.Value);
        }
    }
}

public abstract partial class Device
{
    /// <summary>y = f(a, b); a and b are views of the shape of y, which is contiguous.</summary>
    internal abstract void Binary<TFormula>(Tensor a, Tensor b, Tensor y) where TFormula : struct, IBinaryOpFormula;

    /// <summary>
    /// da = dy · ∂f/∂a and db = dy · ∂f/∂b, both of the shape of dy, contiguous, both of its type or of its accumulator; null where not wanted or not read.
    /// </summary>
    internal abstract void BinaryBackward<TFormula>(Tensor? a, Tensor? b, Tensor? y, Tensor dy, Tensor? da, Tensor? db)
        where TFormula : struct, IBinaryOpFormula;
}

public sealed partial class CpuDevice
{
    internal override void Binary<TFormula>(Tensor a, Tensor b, Tensor y)
    {
        if (y.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Span<long> aSteps = stackalloc long[Shape.MaxRank], bSteps = stackalloc long[Shape.MaxRank];
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            int rank = Layout(a, b, sizes, aSteps, bSteps);
            ElementwiseCpu.Binary<T, TFormula>(Pool, a.StridedSpan<T>(), b.StridedSpan<T>(), y.Span<T>(),
                sizes[..rank], aSteps[..rank], bSteps[..rank], default);
        }
    }

    internal override void BinaryBackward<TFormula>(Tensor? a, Tensor? b, Tensor? y, Tensor dy, Tensor? da, Tensor? db)
    {
        if (dy.DType == DType.Float64)
            Run<double>();
        else
            Run<float>();

        void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Span<long> aSteps = stackalloc long[Shape.MaxRank], bSteps = stackalloc long[Shape.MaxRank];
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            int rank = Layout(a ?? dy, b ?? dy, sizes, aSteps, bSteps);
            ElementwiseCpu.BinaryBackward<T, TFormula>(Pool, Values<T>(a), Values<T>(b), y is null ? [] : y.Span<T>(),
                dy.Span<T>(), da is null ? [] : da.Span<T>(), db is null ? [] : db.Span<T>(), sizes[..rank],
                aSteps[..rank], bSteps[..rank], default);
        }

        static ReadOnlySpan<TElement> Values<TElement>(Tensor? x) where TElement : unmanaged
            => x is null ? [] : x.StridedSpan<TElement>();
    }
}
