using System.Numerics;

namespace SuTI.Kernels.Tests;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public class ElementwiseCpuTests<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static readonly int[] s_counts = [0, 1, 2, 15, 16, 17, 31, 100, 16383, 16385, 70_001];

    static T[] Random(int count, int seed = 1) => RandomInput.Uniform<T>(new Random(seed), count);

    [Test]
    public void Unary_and_its_gradient_follow_the_formula([ValueSource(nameof(s_counts))] int count)
    {
        T[] x = Random(count), dy = Random(count, 2);
        T[] y = ThreadCounts.Same<T>(pool =>
        {
            var buffer = new Fenced<T>(count);
            ElementwiseCpu.Unary(pool, x, buffer.Span, new SquarePlus(3));
            return buffer.Checked();
        });
        T[] dx = ThreadCounts.Same<T>(pool =>
        {
            var buffer = new Fenced<T>(count);
            ElementwiseCpu.UnaryBackward(pool, x, [], dy, buffer.Span, new SquarePlus(3));
            return buffer.Checked();
        });
        T two = T.CreateChecked(2), three = T.CreateChecked(3);
        Assert.That(y, Is.EqualTo(x.Select(v => (v * v) + three)).Within(Ulps(4)));
        Assert.That(dx, Is.EqualTo(x.Zip(dy, (v, d) => d * (two * v))).Within(Ulps(1)));
    }

    // Values lie below 4.
    static double Ulps(int n) => n * (typeof(T) == typeof(float) ? 2.4e-7 : 4.5e-16);

    [Test]
    public void Fill_add_and_scale_work_in_place([ValueSource(nameof(s_counts))] int count)
    {
        T[] x = Random(count), y = Random(count, 2);
        T[] got = ThreadCounts.Same<T>(pool =>
        {
            var buffer = new Fenced<T>(y);
            ElementwiseCpu.AddInto(pool, x, buffer.Span);
            ElementwiseCpu.AddScaledInto(pool, x, buffer.Span, 0.5);
            ElementwiseCpu.ScaleInto(pool, buffer.Span, -2);
            return buffer.Checked();
        });
        T half = T.CreateChecked(0.5), factor = T.CreateChecked(-2);
        Assert.That(got, Is.EqualTo(x.Zip(y, (a, b) => ((a + b) + (a * half)) * factor)).Within(Ulps(4)));
        var filled = new Fenced<T>(count);
        ElementwiseCpu.Fill(ThreadCounts.Many, filled.Span, 1.25);
        Assert.That(filled.Checked(), Is.All.EqualTo(T.CreateChecked(1.25)));
    }

    // Sizes, strides of a, strides of b: same shape, rows, columns, scalars, transposed and sliced views, inner steps that gather.
    static readonly object[][] s_views =
    [
        [new[] { 7, 33 }, new[] { 33L, 1 }, new[] { 33L, 1 }],
        [new[] { 300, 161 }, new[] { 161L, 1 }, new[] { 0L, 1 }],
        [new[] { 300, 161 }, new[] { 161L, 1 }, new[] { 1L, 0 }],
        [new[] { 37, 20 }, new[] { 0L, 0 }, new[] { 20L, 1 }],
        [new[] { 37, 20 }, new[] { 1L, 37 }, new[] { 40L, 2 }],
        [new[] { 3, 4, 5, 6 }, new[] { 0L, 6, 0, 1 }, new[] { 30L, 0, 6, 1 }],
        [new[] { 2, 3, 1, 2, 2, 2, 3, 5 }, new[] { 360L, 120, 7, 60, 30, 15, 5, 1 }, new[] { 3L, 1, 0, 0, 0, 0, 0, 0 }],
        [new[] { 20_000, 3 }, new[] { 3L, 1 }, new[] { 0L, 1 }],
        [new[] { 1, 1 }, new[] { 1L, 1 }, new[] { 9L, 9 }],
        [Array.Empty<int>(), Array.Empty<long>(), Array.Empty<long>()],
        [new[] { 4, 0, 3 }, new[] { 0L, 3, 1 }, new[] { 1L, 1, 1 }],
    ];

    [TestCaseSource(nameof(s_views))]
    public void Binary_broadcasts_any_views(int[] sizes, long[] aStrides, long[] bStrides)
    {
        T[] a = Random(Reach(sizes, aStrides)), b = Random(Reach(sizes, bStrides), 2);
        int count = sizes.Aggregate(1, (l, r) => l * r);
        T[] dy = Random(count, 3);
        int[] ia = Indices(sizes, aStrides), ib = Indices(sizes, bStrides);
        T[] y = ThreadCounts.Same<T>(pool =>
        {
            var buffer = new Fenced<T>(count);
            ElementwiseCpu.Binary(pool, a, b, buffer.Span, sizes, aStrides, bStrides, new Product());
            return buffer.Checked();
        });
        T[] grads = ThreadCounts.Same<T>(pool =>
        {
            var da = new Fenced<T>(count);
            var db = new Fenced<T>(count);
            ElementwiseCpu.BinaryBackward(pool, a, b, [], dy, da.Span, db.Span, sizes, aStrides, bStrides, new Product());
            return [.. da.Checked(), .. db.Checked()];
        });
        byte[] less = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<byte>(count);
            ElementwiseCpu.Compare(pool, a, b, buffer.Span, sizes, aStrides, bStrides, new Less());
            return buffer.Checked();
        });
        for (int i = 0; i < count; i++)
        {
            T va = a[ia[i]], vb = b[ib[i]];
            Assert.That(y[i], Is.EqualTo(va * vb));
            Assert.That(grads[i], Is.EqualTo(dy[i] * vb));
            Assert.That(grads[count + i], Is.EqualTo(dy[i] * va));
            Assert.That(less[i], Is.EqualTo(va < vb ? 1 : 0));
        }
    }

    [TestCaseSource(nameof(s_views))]
    public void Where_picks_by_views_of_all_three(int[] sizes, long[] aStrides, long[] bStrides)
    {
        T[] a = Random(Reach(sizes, aStrides)), b = Random(Reach(sizes, bStrides), 2);
        foreach (long[] cStrides in new[] { aStrides, bStrides })
        {
            byte[] condition = [.. Random(Reach(sizes, cStrides), 4).Select(v => v > T.Zero ? (byte)255 : (byte)0)];
            int count = sizes.Aggregate(1, (l, r) => l * r);
            T[] dy = Random(count, 3);
            int[] ia = Indices(sizes, aStrides), ib = Indices(sizes, bStrides), ic = Indices(sizes, cStrides);
            T[] got = ThreadCounts.Same<T>(pool =>
            {
                var y = new Fenced<T>(count);
                var da = new Fenced<T>(count);
                var db = new Fenced<T>(count);
                ElementwiseCpu.Where(pool, condition, a, b, y.Span, sizes, cStrides, aStrides, bStrides);
                ElementwiseCpu.WhereBackward(pool, condition, dy, da.Span, db.Span, sizes, cStrides);
                return [.. y.Checked(), .. da.Checked(), .. db.Checked()];
            });
            for (int i = 0; i < count; i++)
            {
                bool c = condition[ic[i]] != 0;
                Assert.That(got[i], Is.EqualTo(c ? a[ia[i]] : b[ib[i]]));
                Assert.That(got[count + i], Is.EqualTo(c ? dy[i] : T.Zero));
                Assert.That(got[(2 * count) + i], Is.EqualTo(c ? T.Zero : dy[i]));
            }
        }
    }

    [Test]
    public void Binary_repeats_a_single_element([ValueSource(nameof(s_counts))] int count)
    {
        T[] a = Random(count), one = Random(1, 5);
        var y = new Fenced<T>(count);
        ElementwiseCpu.Binary(ThreadCounts.Many, a, one, y.Span, new Product());
        Assert.That(y.Checked(), Is.EqualTo(a.Select(v => v * one[0])));
        ElementwiseCpu.Binary(ThreadCounts.Many, one, a, y.Span, new Product());
        Assert.That(y.Checked(), Is.EqualTo(a.Select(v => v * one[0])));
        ElementwiseCpu.Binary(ThreadCounts.Many, a, a, y.Span, new Product());
        Assert.That(y.Checked(), Is.EqualTo(a.Select(v => v * v)));
    }

    [Test]
    public void Views_that_leave_their_span_are_refused()
    {
        T[] a = new T[6], y = new T[6];
        using var pool = new WorkerPool(1);
        Assert.That(() => ElementwiseCpu.Binary(pool, a, a, y, [2, 3], [3, 1], [4, 1], new Product()), Throws.ArgumentException);
        Assert.That(() => ElementwiseCpu.Binary(pool, a, a, y, [2, 3], [3, 1], [-3, 1], new Product()), Throws.ArgumentException);
        Assert.That(() => ElementwiseCpu.Binary(pool, a, a, y, [2, 4], [3, 1], [3, 1], new Product()), Throws.ArgumentException);
        Assert.That(() => ElementwiseCpu.Unary(pool, a, y.AsSpan(1), new SquarePlus(1)), Throws.ArgumentException);
    }

    [TestCase(1, 1)]
    [TestCase(3, 20)]
    [TestCase(5, 37)]
    [TestCase(700, 96)]
    [TestCase(0, 4)]
    public void Geglu_and_its_gradient_match_the_formula(int rows, int width)
    {
        T[] x = [.. Random(2 * rows * width).Select(v => v * T.CreateChecked(4))], dy = Random(rows * width, 2);
        T[] got = ThreadCounts.Same<T>(pool =>
        {
            var y = new Fenced<T>(rows * width);
            var dx = new Fenced<T>(2 * rows * width);
            GegluCpu.Forward<T>(pool, x, y.Span, rows, width);
            GegluCpu.Backward<T>(pool, x, dy, dx.Span, rows, width);
            return [.. y.Checked(), .. dx.Checked()];
        });
        double tolerance = typeof(T) == typeof(float) ? 2e-6 : 4e-15;
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < width; c++)
            {
                int ia = (2 * r * width) + c, iy = (r * width) + c;
                double a = double.CreateChecked(x[ia]), g = double.CreateChecked(x[ia + width]), d = double.CreateChecked(dy[iy]);
                double phi = Map<Erf>.Over([g / Math.Sqrt(2)])[0];
                double gelu = 0.5 * g * (1 + phi), slope = (0.5 * (1 + phi)) + (g * Math.Exp(-g * g / 2) / Math.Sqrt(2 * Math.PI));
                Assert.That(double.CreateChecked(got[iy]), Is.EqualTo(a * gelu).Within(tolerance * 8));
                Assert.That(double.CreateChecked(got[(rows * width) + ia]), Is.EqualTo(d * gelu).Within(tolerance));
                Assert.That(double.CreateChecked(got[(rows * width) + ia + width]), Is.EqualTo(d * a * slope).Within(tolerance));
            }
        }
    }

    static int Reach(int[] sizes, long[] strides)
        => sizes.Contains(0) ? 0 : 1 + (int)sizes.Zip(strides, (n, s) => (n - 1) * s).Sum();

    static int[] Indices(int[] sizes, long[] strides)
    {
        int[] indices = sizes.Contains(0) ? [] : [0];
        for (int axis = 0; axis < sizes.Length; axis++)
            indices = [.. indices.SelectMany(i => Enumerable.Range(0, sizes[axis]).Select(k => i + (int)(k * strides[axis])))];
        return indices;
    }

    readonly struct Erf : IMap
    {
        public static V Apply<V, U>(V x) where V : unmanaged, ISimd<V, U> where U : unmanaged, IBinaryFloatingPointIeee754<U>
            => VectorMath.Erf<V, U>(x);
    }

    readonly struct SquarePlus(double term) : IUnaryFormula
    {
        public static bool DerivativeReadsOutput => false;

        public V Forward<V, U>(V x) where V : unmanaged, ISimd<V, U> where U : unmanaged, IBinaryFloatingPointIeee754<U>
            => (x * x) + V.Create(U.CreateTruncating(term));

        public V Derivative<V, U>(V x, V y) where V : unmanaged, ISimd<V, U> where U : unmanaged, IBinaryFloatingPointIeee754<U>
            => x + x;
    }

    readonly struct Product : IBinaryFormula
    {
        public static bool DerivativesReadOutput => false;

        public V Forward<V, U>(V a, V b) where V : unmanaged, ISimd<V, U> where U : unmanaged, IBinaryFloatingPointIeee754<U>
            => a * b;

        public V DerivativeA<V, U>(V a, V b, V y) where V : unmanaged, ISimd<V, U> where U : unmanaged, IBinaryFloatingPointIeee754<U>
            => b;

        public V DerivativeB<V, U>(V a, V b, V y) where V : unmanaged, ISimd<V, U> where U : unmanaged, IBinaryFloatingPointIeee754<U>
            => a;
    }

    readonly struct Less : IComparison
    {
        public V Compare<V, U>(V a, V b) where V : unmanaged, ISimd<V, U> where U : unmanaged, IBinaryFloatingPointIeee754<U>
            => V.LessThan(a, b);
    }
}
