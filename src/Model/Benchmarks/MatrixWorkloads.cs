using SuTI.Engine;

namespace SuTI.Model.Benchmarks;

/// <summary>C[M, N] = A[M, K] B[K, N]: <c>gemm_MxNxK</c> packs B each time, <c>gemmw_MxNxK</c> has it packed, as weights are.</summary>
static class MatrixWorkloads
{
    static readonly (int M, int N, int K)[] s_sizes =
    [
        (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (4096, 320, 320), (4096, 1280, 320), (77, 768, 320),
        (1024, 64, 576), (4096, 64, 576),
    ];

    static readonly (int M, int N, int K)[] s_tiny = [(64, 64, 64), (77, 40, 48)];

    internal static IEnumerable<Workload> All(bool tiny)
    {
        foreach (var (m, n, k) in tiny ? s_tiny : s_sizes)
        {
            yield return new($"gemm_{m}x{n}x{k}", place =>
            {
                Tensor a = Inputs.Normal(place, 1, m, k), b = Inputs.Normal(place, 2, k, n);
                return new(Inputs.Once(() => a.MatMul(b)), Flops(m, n, k), Bytes(m, n, k, place));
            });
            yield return new($"gemmw_{m}x{n}x{k}", place =>
            {
                Tensor a = Inputs.Normal(place, 1, m, k), w = Inputs.Normal(place, 2, n, k);
                return new(Inputs.Once(() => a.Linear(w)), Flops(m, n, k), Bytes(m, n, k, place));
            });
        }
    }

    static double Flops(int m, int n, int k) => 2.0 * m * n * k;

    static double Bytes(int m, int n, int k, BenchPlace place)
        => (((double)m * k) + ((double)k * n) + ((double)m * n)) * place.DType.Size();
}
