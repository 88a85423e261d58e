using System.Numerics;

namespace SuTI.Kernels.Tests;

public unsafe class MicroKernelTests
{
    static readonly int[] s_rows = [1, 2, 3, 4, 5, 8, 9, 23];
    static readonly int[] s_columns = [1, 3, 8, 16, 31, 48, 64, 80, 101];

    [Test]
    public void Multiply_equals_the_naive_sum_in_every_vector_width_and_writes_nothing_else()
    {
        Check<F32x4, float>(1e-5);
        Check<F64x2, double>(1e-14);
        if (Simd.HasAvx2)
        {
            Check<F32x8, float>(1e-5);
            Check<F64x4, double>(1e-14);
        }
        if (Simd.HasAvx512)
        {
            Check<F32x16, float>(1e-5);
            Check<F64x8, double>(1e-14);
        }
    }

    [TestCase(1, 1)]
    [TestCase(17, 2)]
    [TestCase(48, 3)]
    [TestCase(49, 2)]
    [TestCase(65, 3)]
    [TestCase(640, 3)]
    public void Panels_are_three_vectors_but_four_are_cut_in_two(int columns, int vectors)
        => Assert.That(MicroKernel.PanelVectors(columns, 16), Is.EqualTo(vectors));

    static void Check<TVector, T>(double tolerance)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(1);
        foreach (int rows in s_rows)
        {
            foreach (int columns in s_columns)
            {
                foreach (int depth in new[] { 0, 1, 7, 33 })
                {
                    Check<TVector, T>(random, rows, columns, depth, transposed: false, packed: true, tolerance);
                    Check<TVector, T>(random, rows, columns, depth, transposed: true, packed: true, tolerance);
                    Check<TVector, T>(random, rows, columns * TVector.Count, depth, transposed: false, packed: false, tolerance);
                }
            }
        }
    }

    static void Check<TVector, T>(Random random, int rows, int columns, int depth, bool transposed, bool packed, double tolerance)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const double Sentinel = 12345;
        int ldc = columns + 5;
        T[] a = RandomInput.Uniform<T>(random, rows * depth);
        T[] b = RandomInput.Uniform<T>(random, columns * depth);
        T[] c = RandomInput.Uniform<T>(random, rows * ldc);
        for (int i = 0; i < rows; i++)
            c.AsSpan((i * ldc) + columns, ldc - columns).Fill(T.CreateChecked(Sentinel));
        var panels = new T[Panels.Length(depth, columns, TVector.Count)];
        foreach (bool accumulate in new[] { false, true })
        {
            var before = (T[])c.Clone();
            fixed (T* pa = a, pb = b, pc = c, pp = panels)
            {
                Panels.Pack<TVector, T>(pb, columns, 1, depth, columns, pp);
                MicroKernel.Multiply<TVector, T>(pa, transposed ? 1 : depth, transposed ? rows : 1, packed ? pp : pb,
                    packed ? 0 : columns, pc, ldc, rows, columns, depth, accumulate);
            }
            for (int i = 0; i < rows; i++)
            {
                for (int n = 0; n < columns; n++)
                {
                    double sum = accumulate ? double.CreateChecked(before[(i * ldc) + n]) : 0;
                    for (int k = 0; k < depth; k++)
                    {
                        sum += double.CreateChecked(a[transposed ? (k * rows) + i : (i * depth) + k])
                            * double.CreateChecked(b[(k * columns) + n]);
                    }
                    if (Math.Abs(sum - double.CreateChecked(c[(i * ldc) + n])) > tolerance * (1 + depth))
                        Assert.Fail($"{typeof(TVector).Name} {rows}x{columns}x{depth}: ({i},{n}) {c[(i * ldc) + n]} instead of {sum}");
                }
                if (c.AsSpan((i * ldc) + columns, ldc - columns).ContainsAnyExcept(T.CreateChecked(Sentinel)))
                    Assert.Fail($"{typeof(TVector).Name} {rows}x{columns}x{depth}: wrote behind row {i}");
            }
        }
    }
}
