using System.Runtime.CompilerServices;
using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const int ElementThreads = 256;

    internal override void Unary<TFormula>(Tensor x, Tensor y, TFormula formula)
    {
        long count = x.Shape.Length;
        if (count == 0)
            return;
        var (p, q) = FormulaFields.Of(formula);
        Kernel("elementwise/unary.cu", "forward", UnaryText<TFormula>.Text, $"TYPE={x.DType} OP={TFormula.OpName}")
            .Launch(Stream, GridFor(count / 4, ElementThreads), ElementThreads, 0, x, y, count, Packed.Count(count, x, y), p, q);
    }

    internal override void UnaryBackward<TFormula>(Tensor? x, Tensor? y, Tensor dy, Tensor dx, TFormula formula)
    {
        long count = dy.Shape.Length;
        if (count == 0)
            return;
        var (p, q) = FormulaFields.Of(formula);
        Kernel("elementwise/unary.cu", "backward", UnaryText<TFormula>.Text, $"TYPE={dy.DType} OP={TFormula.OpName}")
            .Launch(Stream, GridFor(count / 4, ElementThreads), ElementThreads, 0, x, y, dy, dx, count, Packed.Count(count, dy, x, y, dx), p, q);
    }

    static class UnaryText<TFormula> where TFormula : struct, IUnaryOpFormula
    {
        internal static string Text { get; } = $"""
            #define FORWARD {TFormula.CudaForward}
            #define DERIVATIVE {TFormula.CudaDerivative}
            #define READS_X {(TFormula.DerivativeReadsInput ? 1 : 0)}
            #define READS_Y {(TFormula.DerivativeReadsOutput ? 1 : 0)}
            """;
    }
}

/// <summary>The numbers that an elementwise formula is parametrised by: its fields, which are doubles.</summary>
static class FormulaFields
{
    internal static (float P, float Q) Of<TFormula>(in TFormula formula) where TFormula : struct
    {
        // An empty struct has a size of 1.
        int count = Unsafe.SizeOf<TFormula>() / sizeof(double);
        ref double first = ref Unsafe.As<TFormula, double>(ref Unsafe.AsRef(in formula));
        return (count > 0 ? (float)first : 0, count > 1 ? (float)Unsafe.Add(ref first, 1) : 0);
    }
}
