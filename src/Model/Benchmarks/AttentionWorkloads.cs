using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary><c>attn_bBhH_qS_kS_dD</c>: softmax(Q Kᵀ/√D) V.</summary>
static class AttentionWorkloads
{
    static readonly (int Heads, int Queries, int Keys, int Width)[] s_sizes =
        [(8, 4096, 4096, 40), (8, 1024, 1024, 80), (8, 256, 256, 160), (8, 4096, 77, 40), (8, 1024, 77, 80)];

    internal static IEnumerable<Workload> All()
    {
        foreach (var (heads, queries, keys, width) in s_sizes)
        {
            yield return new($"attn_b1h{heads}_q{queries}_k{keys}_d{width}", device =>
            {
                Tensor q = Inputs.Normal(device, 1, 1, queries, heads, width), k = Inputs.Normal(device, 2, 1, keys, heads, width),
                    v = Inputs.Normal(device, 3, 1, keys, heads, width);
                return new(Inputs.Once(() => Tensor.Attention(q, k, v)), 4.0 * heads * queries * keys * width);
            });
        }
    }
}
