using SuTI.Engine;

namespace SuTI.Model.Evaluation;

/// <summary>Runs a network over a list, a batch at a time, without gradients.</summary>
static class EmbeddingBatches
{
    /// <param name="embed">(batch, width) of a batch.</param>
    internal static float[][] Run<T>(IReadOnlyList<T> items, int batch, int width, Func<IReadOnlyList<T>, Tensor> embed)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (batch < 1)
            throw new SutiException("embedder", "a batch holds at least one", "1 or more", FormattableString.Invariant($"{batch}"));
        float[][] result = new float[items.Count][];
        int next = 0;
        foreach (var part in items.Chunk(batch))
        {
            using var scope = TensorScope.Open("embed");
            using var noGradient = GradientMode.Disable();
            float[] values = embed(part).To(Device.Cpu).Cast(DType.Float32).ToArray<float>();
            for (int i = 0; i < part.Length; i++)
                result[next++] = values[(i * width)..((i + 1) * width)];
        }
        return result;
    }
}
