namespace SuTI.Kernels.Tests;

/// <summary>A row of a product is the same number whatever lies beside it and whether B was packed before or not.</summary>
public class MatMulBitsTests
{
    [Test]
    public void Rows_beside_a_row_and_packing_change_no_bit(
        [Values(1, 16, 77, 300, 1280, 5000)] int k, [Values(48, 64, 320, 37)] int n, [Values] bool transposed)
    {
        using var pool = new WorkerPool(2);
        var random = new Random(k + n);
        const int most = 300;
        float[] a = RandomInput.Uniform<float>(random, most * k), b = RandomInput.Uniform<float>(random, n * k);
        float[] bias = RandomInput.Uniform<float>(random, n), residual = RandomInput.Uniform<float>(random, most * n);
        float[] expected = Multiply(most, packs: true);
        foreach (int m in new[] { 1, 2, 7, 8, 9, 16, 24, 25, 77, 128, 129, most })
        {
            foreach (bool packs in new[] { false, true })
                Assert.That(Multiply(m, packs), Is.EqualTo(expected[..(m * n)]), $"{m} rows, packed {packs}");
        }

        float[] Multiply(int m, bool packs)
        {
            var sizes = new MatMulSizes(1, m, n, k) { Residual = new(0, n, 1), PackedB = packs };
            if (transposed)
                sizes = sizes with { B = new(0, 1, k) };
            float[] c = new float[m * n], right = b;
            if (packs)
            {
                right = new float[MatMulCpu.PackedLength<float>(n, k)];
                MatMulCpu.Pack(pool, b, right, n, k, sizes.B.Row, sizes.B.Column);
            }
            MatMulCpu.Multiply(pool, a.AsSpan(0, m * k), right, bias, residual.AsSpan(0, m * n), c,
                new float[MatMulCpu.WorkspaceLength<float>(sizes)], sizes);
            return c;
        }
    }
}
