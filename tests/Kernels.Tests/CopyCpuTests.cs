using System.Numerics;

namespace SuTI.Kernels.Tests;

public class CopyCpuTests
{
    // Sizes, then source axes in the order in which the view reads a row-major array of the permuted sizes.
    static readonly object[] s_permutations =
    [
        new object[] { new[] { 7 }, new[] { 0 } },
        new object[] { new[] { 5, 3 }, new[] { 1, 0 } },
        new object[] { new[] { 131, 77 }, new[] { 1, 0 } },
        new object[] { new[] { 200, 520 }, new[] { 1, 0 } },
        new object[] { new[] { 2, 3, 37, 41 }, new[] { 0, 3, 1, 2 } },
        new object[] { new[] { 2, 37, 41, 3 }, new[] { 0, 2, 3, 1 } },
        new object[] { new[] { 2, 65, 4, 40 }, new[] { 0, 2, 1, 3 } },
        new object[] { new[] { 3, 1, 4, 1, 5 }, new[] { 4, 3, 2, 1, 0 } },
        new object[] { new[] { 2, 3, 2, 3, 2, 3, 2, 3 }, new[] { 7, 0, 6, 1, 5, 2, 4, 3 } },
        new object[] { new[] { 3, 0, 4 }, new[] { 2, 1, 0 } },
        new object[] { new[] { 1, 100_003 }, new[] { 0, 1 } },
        new object[] { Array.Empty<int>(), Array.Empty<int>() },
    ];

    [TestCaseSource(nameof(s_permutations))]
    public void Permutations_of_every_element_size_arrive(int[] sizes, int[] axes)
    {
        Permute<byte>(sizes, axes);
        Permute<Half>(sizes, axes);
        Permute<float>(sizes, axes);
        Permute<double>(sizes, axes);
    }

    static void Permute<T>(int[] sizes, int[] axes) where T : unmanaged, INumberBase<T>
    {
        var sourceSizes = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
            sourceSizes[axes[i]] = sizes[i];
        var strides = axes.Select(axis => RowMajor(sourceSizes)[axis]).ToArray();
        int count = sizes.Aggregate(1, (a, b) => a * b);
        var source = Enumerable.Range(0, count).Select(i => T.CreateTruncating(i % 2039)).ToArray();
        var expected = new T[count];
        var back = new T[count];
        ForEach(sizes, (index, at) => expected[at] = source[Offset(index, strides)]);
        var gathered = ThreadCounts.Same(pool =>
        {
            var y = new Fenced<T>(count);
            CopyCpu.ToContiguous(pool, source, y.Span, sizes, strides);
            return y.Checked();
        });
        Assert.That(gathered, Is.EqualTo(expected));
        var scattered = ThreadCounts.Same(pool =>
        {
            var y = new Fenced<T>(count);
            CopyCpu.FromContiguous(pool, expected, y.Span, sizes, strides);
            return y.Checked();
        });
        Assert.That(scattered, Is.EqualTo(source));
    }

    [Test]
    public void A_source_stride_of_zero_repeats()
    {
        int[] sizes = [3, 50, 70];
        foreach (long[] strides in new long[][] { [70, 0, 1], [50, 1, 0], [0, 0, 0], [0, 1, 50], [0, 3, 0] })
        {
            float[] source = [.. Enumerable.Range(0, 4000).Select(i => (float)i)];
            var expected = new float[3 * 50 * 70];
            ForEach(sizes, (index, at) => expected[at] = source[Offset(index, strides)]);
            var y = new Fenced<float>(expected.Length);
            CopyCpu.ToContiguous(ThreadCounts.Many, source, y.Span, sizes, strides);
            Assert.That(y.Checked(), Is.EqualTo(expected));
        }
    }

    [Test]
    public void Both_sides_may_be_strided_and_gaps_stay_as_they_are()
    {
        // A (6, 40, 33) block moves into a wider frame with its last two axes exchanged.
        int[] sizes = [6, 40, 33];
        long[] from = [40 * 35, 35, 1];
        long[] to = [50 * 45, 1, 45];
        float[] source = [.. Enumerable.Range(0, 6 * 40 * 35).Select(i => (float)i)];
        float[] before = [.. Enumerable.Repeat(-1f, 6 * 50 * 45)];
        float[] expected = [.. before];
        ForEach(sizes, (index, _) => expected[Offset(index, to)] = source[Offset(index, from)]);
        var y = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<float>(before);
            CopyCpu.Copy(pool, source, buffer.Span, sizes, from, to);
            return buffer.Checked();
        });
        Assert.That(y, Is.EqualTo(expected));
    }

    [TestCase(new[] { 5, 60, 70 }, new long[] { 4200, 70, 1 }, new long[] { 4200, 70, 1 })]
    [TestCase(new[] { 5, 60, 70 }, new long[] { 4200, 70, 1 }, new long[] { 5000, 1, 61 })]
    [TestCase(new[] { 5, 60, 70 }, new long[] { 4200, 70, 1 }, new long[] { 0, 70, 1 })]
    [TestCase(new[] { 5, 60, 70 }, new long[] { 4200, 70, 1 }, new long[] { 60, 1, 0 })]
    [TestCase(new[] { 5, 60, 70 }, new long[] { 4200, 70, 1 }, new long[] { 0, 2, 0 })]
    [TestCase(new[] { 5, 60, 70 }, new long[] { 4200, 70, 1 }, new long[] { 0, 0, 0 })]
    [TestCase(new[] { 5, 0, 70 }, new long[] { 4200, 70, 1 }, new long[] { 0, 2, 0 })]
    public void Accumulation_adds_into_strided_and_repeated_elements(int[] sizes, long[] from, long[] to)
    {
        Accumulate<float>(sizes, from, to);
        Accumulate<double>(sizes, from, to);
    }

    static void Accumulate<T>(int[] sizes, long[] from, long[] to) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Small integers, so that sums are exact in any order.
        T[] source = [.. Enumerable.Range(0, 5 * 60 * 70).Select(i => T.CreateTruncating(i * 7919 % 61 - 30))];
        T[] before = [.. Enumerable.Range(0, 5 * 5000).Select(i => T.CreateTruncating(i % 13))];
        T[] expected = [.. before];
        ForEach(sizes, (index, _) => expected[Offset(index, to)] += source[Offset(index, from)]);
        var y = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<T>(before);
            CopyCpu.Accumulate(pool, source, buffer.Span, sizes, from, to);
            return buffer.Checked();
        });
        Assert.That(y, Is.EqualTo(expected));
    }

    [Test]
    public void Views_that_leave_their_span_or_repeat_the_destination_are_refused()
    {
        var pool = ThreadCounts.Many;
        var x = new float[12];
        var y = new float[12];
        Assert.That(() => CopyCpu.ToContiguous(pool, x, y, [3, 4], [5, 1]), Throws.ArgumentException);
        Assert.That(() => CopyCpu.ToContiguous(pool, x, y.AsSpan(0, 11), [3, 4], [4, 1]), Throws.ArgumentException);
        Assert.That(() => CopyCpu.FromContiguous(pool, x, y, [3, 4], [0, 1]), Throws.ArgumentException);
        Assert.That(() => CopyCpu.ToContiguous(pool, x, y, [3, 4], [4, -1]), Throws.ArgumentException);
        Assert.That(() => CopyCpu.ToContiguous(pool, x, y, [int.MaxValue, int.MaxValue], [long.MaxValue,
            long.MaxValue]), Throws.ArgumentException);
        Assert.That(() => CopyCpu.ToContiguous(pool, x, y, new int[9], new long[9]), Throws.ArgumentException);
    }

    internal static long[] RowMajor(int[] sizes)
    {
        var strides = new long[sizes.Length];
        long step = 1;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= sizes[axis];
        }
        return strides;
    }

    internal static long Offset(int[] index, long[] strides) => index.Select((i, axis) => i * strides[axis]).Sum();

    internal static void ForEach(int[] sizes, Action<int[], int> visit)
    {
        int count = sizes.Aggregate(1, (a, b) => a * b);
        var index = new int[sizes.Length];
        for (int at = 0; at < count; at++)
        {
            int rest = at;
            for (int axis = sizes.Length - 1; axis >= 0; axis--)
                (rest, index[axis]) = Math.DivRem(rest, sizes[axis]);
            visit(index, at);
        }
    }
}
