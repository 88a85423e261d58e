namespace SuTI.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product over the last axis of this tensor and the second last of <paramref name="right"/>.
    /// </summary>
    /// <remarks>
    /// Leading axes are a batch and broadcast as in NumPy. A tensor of one axis is a row on the left and a column on
    /// the right, and that axis is missing in the result. Operands may be views of any strides, such as transposes:
    /// they are not copied.
    /// </remarks>
    /// <returns>(…, m, n) for (…, m, k) and (…, k, n).</returns>
    /// <exception cref="ShapeException">The inner axes differ, the batches do not broadcast, or an operand has no
    /// axis.</exception>
    /// <exception cref="DTypeException">The operands are not of one type that their device computes in.</exception>
    public Tensor MatMul(Tensor right)
    {
        ArgumentNullException.ThrowIfNull(right);
        if (Shape.Rank == 0 || right.Shape.Rank == 0)
            throw new ShapeException("matmul", "multiplies tensors of at least one axis", "at least 1 axis",
                $"{Shape} and {right.Shape}");
        if (Shape.Rank == 1)
            return Unsqueeze(0).MatMul(right).Squeeze(right.Shape.Rank == 1 ? -1 : -2);
        return right.Shape.Rank == 1
            ? MatMul(right.Unsqueeze(1)).Squeeze(-1)
            : Op.Apply(new MatMulOp(), this, right);
    }
}

sealed class MatMulOp : Op
{
    Tensor? _a, _b;
    Shape _batch;

    public override string Name => "matmul";

    protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        Operands.RequireCompute(Name, inputs);
        if (a.Shape[-1] != b.Shape[-2])
            throw new ShapeException(Name, "the last axis on the left is as long as the second last on the right",
                $"(…, {a.Shape[-1]}, n)", b.Shape.ToString());
        _batch = Broadcast.Common(Name, Leading(a.Shape), Leading(b.Shape));
        var y = Tensor.Empty(Matrices(a.Shape[-2], b.Shape[-1]), a.DType, a.Device);
        if (a.Shape[-1] == 0)
        {
            y.Device.Fill(y, 0);
        }
        else if (y.Shape.Length > 0)
        {
            var (left, right, result) = Operate(a, b, y);
            Product(left, right, result, accumulate: false);
        }
        _a = Save(a);
        _b = Save(b);
        return y;
    }

    protected internal override void Backward(Tensor dy, Gradients into)
    {
        Tensor a = _a!, b = _b!;
        if (into.Needs(0))
        {
            var da = into.Buffer(0, out bool accumulate);
            if (!IsEmpty(dy, da, accumulate))
            {
                var (left, right, result) = Operate(da, b, dy);
                Product(result, right.Transpose(), left, accumulate);
            }
        }
        if (into.Needs(1))
        {
            var db = into.Buffer(1, out bool accumulate);
            if (!IsEmpty(dy, db, accumulate))
            {
                var (left, right, result) = Operate(a, db, dy);
                Product(left.Transpose(), result, right, accumulate);
            }
        }
    }

    // A sum of nothing is zero.
    static bool IsEmpty(Tensor dy, Tensor gradient, bool accumulate)
    {
        if (dy.Shape.Length == 0 && !accumulate)
            gradient.Device.Fill(gradient, 0);
        return dy.Shape.Length == 0 || gradient.Shape.Length == 0;
    }

    // One matrix on the right makes one tall matrix of all those on the left.
    (Tensor A, Tensor B, Tensor Y) Operate(Tensor a, Tensor b, Tensor y)
    {
        if (b.Shape.Rank == 2 && MatrixView.TryMerge(_a ?? a, 0, a.Shape.Rank - 1, out _))
            return (MatrixView.Rows(a), MatrixView.Rows(b), MatrixView.Rows(y));
        return (Broadcast.View(a, Matrices(a.Shape[-2], a.Shape[-1]), Name),
            Broadcast.View(b, Matrices(b.Shape[-2], b.Shape[-1]), Name), y);
    }

    /// <summary>c = (c +) a · b, summed over the axes along which c repeats.</summary>
    static void Product(Tensor a, Tensor b, Tensor c, bool accumulate)
    {
        int batchAxes = c.Shape.Rank - 2;
        int repeated = 0;
        while (repeated < batchAxes && (c.Strides[repeated] != 0 || c.Shape[repeated] == 1))
            repeated++;
        if (repeated == batchAxes && MatrixView.TryMerge(a, 0, batchAxes, out long aStep)
            && MatrixView.TryMerge(b, 0, batchAxes, out long bStep)
            && MatrixView.TryMerge(c, 0, batchAxes, out long cStep))
        {
            c.Device.Multiply(MatrixView.Batch(a, aStep), MatrixView.Batch(b, bStep), null, null,
                MatrixView.Batch(c, cStep), accumulate);
            return;
        }
        int axis = repeated == batchAxes ? 0 : repeated;
        for (int i = 0; i < c.Shape[axis]; i++)
            Product(MatrixView.At(a, axis, i), MatrixView.At(b, axis, i), MatrixView.At(c, axis, i),
                accumulate || (i > 0 && axis == repeated));
    }

    Shape Matrices(int rows, int columns) => Shape.Create([.. _batch, rows, columns]);

    static Shape Leading(Shape shape) => Shape.Create(shape.ToArray().AsSpan(0, shape.Rank - 2));
}
