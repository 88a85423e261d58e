namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void Compare<TComparison>(Tensor a, Tensor b, Tensor y)
    {
        if (y.Shape.Length == 0)
            return;
        Pairwise(Kernel(BinaryFile, "forward", ComparisonText<TComparison>.Text, $"TYPE={a.DType} RESULT={y.DType} OP={TComparison.OpName}"), a, b, y);
    }

    static class ComparisonText<TComparison> where TComparison : struct, IOpComparison
    {
        internal static string Text { get; } = $"""
            #define FORWARD {TComparison.CudaCondition}
            #define DERIVATIVE_A 0.0f
            #define DERIVATIVE_B 0.0f
            #define READS_INPUTS 0
            #define READS_Y 0
            """;
    }
}
