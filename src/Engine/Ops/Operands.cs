using System.Globalization;
using System.Runtime.CompilerServices;

namespace SuTI.Engine;

/// <summary>The rules that the operands of most ops share.</summary>
static class Operands
{
    /// <summary>All are of one type, in which their device computes.</summary>
    /// <exception cref="DTypeException">Another type, or several.</exception>
    internal static void RequireCompute(string op, params ReadOnlySpan<Tensor> operands)
    {
        foreach (var operand in operands)
        {
            if (!operand.Device.Computes(operand.DType))
                throw new DTypeException(op, $"{operand.Device} does not compute in this type; cast first", "f32",
                    operand.DType.Label());
            if (operand.DType != operands[0].DType)
                throw new DTypeException(op, "takes operands of one type", operands[0].DType.Label(),
                    operand.DType.Label());
        }
    }

    /// <summary>
    /// The weights of an op on <paramref name="x"/> are of its type, or f32 beside a half type: masters that are trained in full
    /// precision while the arithmetic reads halves.
    /// </summary>
    /// <exception cref="DTypeException">Another type.</exception>
    internal static void RequireWeight(string op, Tensor x, params ReadOnlySpan<Tensor?> weights)
    {
        foreach (var weight in weights)
        {
            if (weight is not null && weight.DType != x.DType && !(x.DType.IsHalf() && weight.DType == DType.Float32))
                throw new DTypeException(op, "takes weights of its input's type, or f32 beside a half type", x.DType.Label(), weight.DType.Label());
        }
    }

    /// <exception cref="ShapeException">Another number of axes.</exception>
    internal static void RequireRank(string op, Tensor operand, int rank,
        [CallerArgumentExpression(nameof(operand))] string name = "")
    {
        if (operand.Shape.Rank != rank)
            throw new ShapeException(op, string.Create(CultureInfo.InvariantCulture, $"{name} has {rank} axes"),
                string.Create(CultureInfo.InvariantCulture, $"{rank} axes"), operand.Shape.ToString());
    }

    /// <exception cref="ShapeException">Another shape.</exception>
    internal static void RequireShape(string op, Tensor operand, Shape shape,
        [CallerArgumentExpression(nameof(operand))] string name = "")
    {
        if (operand.Shape != shape)
            throw new ShapeException(op, $"{name} has another shape than the other operands ask for", shape.ToString(),
                operand.Shape.ToString());
    }

    /// <exception cref="DTypeException">Not i32 or i64.</exception>
    internal static void RequireIndex(string op, Tensor indices)
    {
        if (!indices.DType.IsIndex())
            throw new DTypeException(op, "takes whole numbers as indices", "i32 or i64", indices.DType.Label());
    }
}
