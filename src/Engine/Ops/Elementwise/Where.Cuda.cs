using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const string WhereFile = "elementwise/where.cu";

    internal override void Where(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        if (y.Shape.Length == 0)
            return;
        var loop = StridedLoop.Of(condition, a, b);
        int elements = Packed.Elements(y.DType);
        bool aligned = Packed.IsAligned(y, Packed.Bytes) && loop.Aligns(loop.A, condition, elements) && loop.Aligns(loop.B, a, elements)
            && loop.Aligns(loop.C, b, elements);
        var (cStep, aStep, bStep) = loop.LastSteps;
        Kernel(WhereFile, "forward", $"TYPE={y.DType}").Launch(Stream, GridFor(loop.Count / 4, ElementThreads), ElementThreads, 0,
            condition, a, b, y, KernelArgument.Struct(ref loop), aligned ? loop.Packs(elements) : 0u, cStep, aStep, bStep);
    }

    internal override void WhereBackward(Tensor condition, Tensor dy, Tensor? da, Tensor? db)
    {
        if (dy.Shape.Length == 0)
            return;
        var loop = StridedLoop.Of(condition);
        int elements = Packed.Elements(dy.DType);
        bool aligned = Packed.Count(loop.Count, dy, da, db) > 0 && loop.Aligns(loop.A, condition, elements);
        Kernel(WhereFile, "backward", $"TYPE={dy.DType}").Launch(Stream, GridFor(loop.Count / 4, ElementThreads), ElementThreads, 0,
            condition, dy, da, db, KernelArgument.Struct(ref loop), aligned ? loop.Packs(elements) : 0u, loop.LastSteps.A);
    }
}
