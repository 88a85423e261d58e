using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void Dropout(Tensor x, Tensor y, PhiloxSource source, double probability)
    {
        int elements = Packed.Elements(x.DType);
        var draw = new RandomLaunch(y, source, elements);
        if (draw.Samples == 0)
            return;
        // 2^32 does not fit a word: then nothing is kept, whatever the word.
        double limit = Math.Round(probability * 4294967296.0, MidpointRounding.ToEven);
        bool keeps = limit < 4294967296.0;
        float scale = keeps && probability < 1 ? 1f / (1f - (float)probability) : 0f;
        bool aligned = draw.Elements % (uint)elements == 0 && Packed.Count(elements, x, y) > 0;
        Kernel("random/dropout.cu", "dropout", $"TYPE={x.DType}").Launch(Stream, GridFor(draw.Work, ElementThreads), ElementThreads, 0,
            x, y, KernelArgument.Struct(ref draw.Source), draw.Samples, draw.Elements, draw.Accesses, keeps ? (uint)limit : 0u, scale, aligned ? 1 : 0);
    }
}
