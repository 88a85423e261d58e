using System.Numerics;

namespace SuTI.Kernels.Tests;

public class MatMulTests
{
    static readonly (int M, int N, int K)[] s_sizes =
    [
        (1, 1, 1), (1, 300, 70), (3, 5, 7), (8, 64, 16), (13, 17, 0), (0, 4, 4), (4, 0, 4), (25, 33, 40), (77, 96, 65),
        (130, 20, 500), (40, 113, 700), (7, 48, 300), (30, 64, 1000),
    ];

    [Test]
    public void Every_transpose_stride_bias_and_residual_equals_the_naive_sum([Values] bool f64)
    {
        foreach (var (m, n, k) in s_sizes)
        {
            foreach (int variant in Enumerable.Range(0, 32))
            {
                if (f64)
                    Check<double>(m, n, k, variant, 1e-14);
                else
                    Check<float>(m, n, k, variant, 3e-6);
            }
        }
    }

    [TestCase(3, 40, 33, 20, false, false)]
    [TestCase(3, 40, 33, 20, true, false)]
    [TestCase(5, 9, 64, 70, false, true)]
    [TestCase(200, 5, 4, 3, false, false)]
    [TestCase(0, 5, 4, 3, false, false)]
    public void Batches_may_share_A_or_B(int batch, int m, int n, int k, bool shareA, bool shareB)
    {
        using var pool = new WorkerPool(2);
        var random = new Random(2);
        double[] a = RandomInput.Uniform<double>(random, batch * m * k), b = RandomInput.Uniform<double>(random, batch * n * k);
        var c = new double[batch * m * n];
        var sizes = new MatMulSizes(batch, m, n, k).WithTransposedB();
        sizes = sizes with
        {
            A = sizes.A with { Batch = shareA ? 0 : m * k },
            B = sizes.B with { Batch = shareB ? 0 : n * k },
        };
        MatMulCpu.Multiply(pool, a, b, [], [], c, new double[MatMulCpu.WorkspaceLength<double>(sizes)], sizes);
        for (int i = 0; i < batch; i++)
        {
            for (int row = 0; row < m; row++)
            {
                for (int column = 0; column < n; column++)
                {
                    double sum = 0;
                    for (int at = 0; at < k; at++)
                        sum += a[(shareA ? 0 : i * m * k) + (row * k) + at] * b[(shareB ? 0 : i * n * k) + (column * k) + at];
                    Assert.That(c[(((i * m) + row) * n) + column], Is.EqualTo(sum).Within(1e-13));
                }
            }
        }
    }

    [Test]
    public void The_number_of_threads_changes_no_bit()
    {
        var random = new Random(3);
        var sizes = new MatMulSizes(2, 150, 210, 430).WithTransposedB();
        float[] a = RandomInput.Uniform<float>(random, 2 * 150 * 430), b = RandomInput.Uniform<float>(random, 2 * 210 * 430);
        float[][] results = [.. new[] { 1, 2, 7 }.Select(threads =>
        {
            using var pool = new WorkerPool(threads);
            var c = new float[2 * 150 * 210];
            MatMulCpu.Multiply(pool, a, b, [], [], c, new float[MatMulCpu.WorkspaceLength<float>(sizes)], sizes);
            return c;
        })];
        Assert.That(results[1], Is.EqualTo(results[0]));
        Assert.That(results[2], Is.EqualTo(results[0]));
    }

    [Test]
    public void A_span_that_is_too_short_is_refused()
    {
        using var pool = new WorkerPool(1);
        var sizes = new MatMulSizes(1, 4, 4, 4);
        float[] full = new float[16], workspace = new float[MatMulCpu.WorkspaceLength<float>(sizes)];
        Assert.That(() => MatMulCpu.Multiply(pool, full.AsSpan(1), full, [], [], new float[16], workspace, sizes),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("a"));
        Assert.That(() => MatMulCpu.Multiply(pool, full, full, [], [], new float[15], workspace, sizes),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("c"));
    }

    // Bits of the variant: A transposed, B transposed, bias, residual or accumulate, packed B; odd K also widens C and strides A.
    static void Check<T>(int m, int n, int k, int variant, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var pool = new WorkerPool(2);
        var random = new Random(variant);
        bool strided = k % 2 == 1, withBias = (variant & 4) != 0, add = (variant & 8) != 0, packed = (variant & 16) != 0;
        int ldc = n + (strided ? 3 : 0), spread = strided ? 2 : 1;
        var sizes = new MatMulSizes(1, m, n, k) { C = new(0, ldc, 1), Residual = new(0, n, 1), Accumulate = add && withBias };
        var layoutA = (variant & 1) != 0 ? new MatrixLayout(0, spread, m * spread) : new MatrixLayout(0, k * spread, spread);
        var layoutB = (variant & 2) != 0 ? new MatrixLayout(0, 1, k) : new MatrixLayout(0, n, 1);
        T[] a = RandomInput.Uniform<T>(random, m * k * spread), b = RandomInput.Uniform<T>(random, n * k);
        T[] bias = withBias ? RandomInput.Uniform<T>(random, n) : [];
        T[] residual = add && !withBias ? RandomInput.Uniform<T>(random, m * n) : [];
        T[] c = RandomInput.Uniform<T>(random, (m * ldc) + 4), before = (T[])c.Clone(), operandB = b;
        sizes = sizes with { A = layoutA, B = layoutB, PackedB = packed };
        if (packed)
        {
            operandB = new T[MatMulCpu.PackedLength<T>(n, k)];
            MatMulCpu.Pack(pool, b, operandB, n, k, layoutB.Row, layoutB.Column);
        }
        MatMulCpu.Multiply(pool, a, operandB, bias, residual, c, new T[MatMulCpu.WorkspaceLength<T>(sizes)], sizes);
        for (int i = 0; i < c.Length; i++)
        {
            int row = i / Math.Max(1, ldc), column = i % Math.Max(1, ldc);
            double expected = double.CreateChecked(before[i]);
            if (row < m && column < n)
            {
                expected = sizes.Accumulate ? expected : residual.Length > 0 ? double.CreateChecked(residual[(row * n) + column]) : 0;
                expected += withBias ? double.CreateChecked(bias[column]) : 0;
                for (int at = 0; at < k; at++)
                {
                    expected += double.CreateChecked(a[(row * layoutA.Row) + (at * layoutA.Column)])
                        * double.CreateChecked(b[(at * layoutB.Row) + (column * layoutB.Column)]);
                }
            }
            if (!(Math.Abs(expected - double.CreateChecked(c[i])) <= tolerance * (1 + k)))
                Assert.Fail($"{typeof(T).Name} {m}x{n}x{k} variant {variant}: ({row},{column}) is {c[i]}, not {expected}");
        }
    }
}
