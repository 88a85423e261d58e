using SuTI.Engine.Cuda;
using SuTI.Engine.Layers;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void EmaStep(IReadOnlyList<Parameter> values, IReadOnlyList<Parameter> averages, double decay, Func<double>? again)
    {
        nint at = again is null ? 0 : Recording!.Argument(() => (float)(1 - again()));
        for (int next = 0; next < values.Count;)
        {
            var list = default(TensorList);
            for (; next < values.Count && !list.IsFull; next++)
                list.Add(values[next].Shape.Length, values[next].Value, averages[next].Value);
            if (list.Chunks > 0)
            {
                Kernel("optimizers/ema.cu", "ema", $"TYPE={values[0].DType}").Launch(Stream, GridOf(list), ListThreads, 0,
                    KernelArgument.Struct(ref list), (float)(1 - decay), at);
            }
        }
    }
}
