using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void Combine(Logic logic, Tensor a, Tensor b, Tensor y)
    {
        long count = y.Shape.Length;
        if (count == 0)
            return;
        Kernel("elementwise/logic.cu", "combine_flags", $"LOGIC={(int)logic}").Launch(Stream, GridFor(count / 16, ElementThreads), ElementThreads, 0,
            a, b, y, count, Packed.Count(count, a, b, y));
    }
}
