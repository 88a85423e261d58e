using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Model.Benchmarks;

/// <summary><c>adamw_TxN</c>: one step over T matrices of N elements, in f32 as masters are.</summary>
static class OptimizerWorkloads
{
    // Reads value, gradient and two moments, writes value and moments.
    const double BytesPerElement = 28;

    internal static IEnumerable<Workload> All(bool tiny)
    {
        foreach (var (tensors, width) in ((int, int)[])(tiny ? [(3, 40)] : [(16, 1280), (200, 320)]))
        {
            yield return new($"adamw_{tensors}x{width * width}", place =>
            {
                var store = new ParameterStore(place.Device);
                for (int i = 0; i < tensors; i++)
                    store.Root[i].Declare("weight", [width, width], Initialiser.Zeros);
                store.Allocate(seed: 1);
                using (TensorScope.Open("gradients"))
                {
                    foreach (var parameter in store.Parameters)
                        parameter.Value.Sum().Backward();
                }
                var optimizer = new AdamW(store.Trainable);
                return new(() => optimizer.Step(1e-4), Bytes: BytesPerElement * tensors * width * width, Owned: [optimizer, store]);
            });
        }
    }
}
