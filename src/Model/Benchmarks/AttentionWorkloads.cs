using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary><c>attn_bBhH_qS_kS_dD</c>: softmax(Q Kᵀ/√D) V; <c>_fwdbwd</c> adds all three gradients.</summary>
static class AttentionWorkloads
{
    // Five products backward beside two forward: scores again, dV, dP, dQ, dK.
    const double WithBackward = 3.5;

    static readonly (int Heads, int Queries, int Keys, int Width)[] s_sizes =
        [(8, 4096, 4096, 40), (8, 1024, 1024, 80), (8, 256, 256, 160), (8, 4096, 77, 40), (8, 1024, 77, 80), (8, 1024, 1024, 64)];

    static readonly (int Heads, int Queries, int Keys, int Width)[] s_tiny = [(2, 32, 32, 40), (2, 32, 13, 64)];

    internal static IEnumerable<Workload> All(bool tiny)
    {
        foreach (var (heads, queries, keys, width) in tiny ? s_tiny : s_sizes)
        {
            string name = $"attn_b1h{heads}_q{queries}_k{keys}_d{width}";
            double flops = 4.0 * heads * queries * keys * width;
            (Tensor Q, Tensor K, Tensor V) Operands(BenchPlace place)
                => (Inputs.Normal(place, 1, 1, queries, heads, width), Inputs.Normal(place, 2, 1, keys, heads, width),
                    Inputs.Normal(place, 3, 1, keys, heads, width));
            double Bytes(BenchPlace place) => 2.0 * (queries + keys) * heads * width * place.DType.Size();
            yield return new(name, place =>
            {
                var (q, k, v) = Operands(place);
                return new(Inputs.Once(() => Tensor.Attention(q, k, v)), flops, Bytes(place));
            });
            yield return new($"{name}_fwdbwd", place =>
            {
                var (q, k, v) = Operands(place);
                return new(Inputs.WithGradients(() => Tensor.Attention(q, k, v), Inputs.Normal(place, 4, 1, queries, heads, width), q, k, v),
                    WithBackward * flops, 3 * Bytes(place));
            });
        }
    }
}
