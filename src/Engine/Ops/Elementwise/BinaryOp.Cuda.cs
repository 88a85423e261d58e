using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const string BinaryFile = "elementwise/binary.cu";

    internal override void Binary<TFormula>(Tensor a, Tensor b, Tensor y)
    {
        if (y.Shape.Length == 0)
            return;
        Pairwise(Kernel(BinaryFile, "forward", BinaryText<TFormula>.Text, $"TYPE={y.DType} RESULT={y.DType} OP={TFormula.OpName}"), a, b, y);
    }

    internal override void BinaryBackward<TFormula>(Tensor? a, Tensor? b, Tensor? y, Tensor dy, Tensor? da, Tensor? db)
    {
        if (dy.Shape.Length == 0)
            return;
        var loop = StridedLoop.Of(a ?? dy, b ?? dy);
        int elements = Packed.Elements(dy.DType);
        bool aligned = Packed.Count(loop.Count, dy, y, da, db) > 0 && loop.Aligns(loop.A, a ?? dy, elements) && loop.Aligns(loop.B, b ?? dy, elements);
        var (aStep, bStep, _) = loop.LastSteps;
        Kernel(BinaryFile, "backward", BinaryText<TFormula>.Text, $"TYPE={dy.DType} RESULT={(da ?? db)!.DType} OP={TFormula.OpName}")
            .Launch(Stream, GridFor(loop.Count / 4, ElementThreads), ElementThreads, 0, a, b, y, dy, da, db, KernelArgument.Struct(ref loop),
                aligned ? loop.Packs(elements) : 0u, aStep, bStep);
    }

    // y = f(a, b) by the forward kernel of binary.cu, whatever the type of y.
    void Pairwise(CudaKernel kernel, Tensor a, Tensor b, Tensor y)
    {
        var loop = StridedLoop.Of(a, b);
        int elements = Packed.Elements(a.DType);
        bool aligned = loop.Aligns(loop.A, a, elements) && loop.Aligns(loop.B, b, elements) && Packed.IsAligned(y, elements * y.DType.Size());
        var (aStep, bStep, _) = loop.LastSteps;
        kernel.Launch(Stream, GridFor(loop.Count / 4, ElementThreads), ElementThreads, 0, a, b, y, KernelArgument.Struct(ref loop),
            aligned ? loop.Packs(elements) : 0u, aStep, bStep);
    }

    static class BinaryText<TFormula> where TFormula : struct, IBinaryOpFormula
    {
        internal static string Text { get; } = $"""
            #define FORWARD {TFormula.CudaForward}
            #define DERIVATIVE_A {TFormula.CudaDerivativeA}
            #define DERIVATIVE_B {TFormula.CudaDerivativeB}
            #define READS_INPUTS {(TFormula.DerivativesReadInputs ? 1 : 0)}
            #define READS_Y {(TFormula.DerivativesReadOutput ? 1 : 0)}
            """;
    }
}
