using System.Numerics;

namespace SuTI.Kernels.Tests;

public class FillCpuTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(200_001)]
    public void Fill_and_arange(int length)
    {
        var filled = new Fenced<Half>(length);
        FillCpu.Fill(ThreadCounts.Many, filled.Span, (Half)1.5);
        Assert.That(filled.Checked().AsSpan().ContainsAnyExcept((Half)1.5), Is.False);
        Sequence(0.1f, 0.3f, i => (float)((double)0.1f + i * (double)0.3f));
        Sequence(0.1, 0.3, i => 0.1 + i * 0.3);
        Sequence(5L, -2L, i => 5 - 2L * i);
        Sequence(0, 1, i => i);

        void Sequence<T>(T start, T step, Func<int, T> expected) where T : unmanaged, INumber<T>
        {
            var y = ThreadCounts.Same(pool =>
            {
                var buffer = new Fenced<T>(length);
                FillCpu.Arange(pool, buffer.Span, start, step);
                return buffer.Checked();
            });
            Assert.That(y.AsSpan().SequenceEqual([.. Enumerable.Range(0, length).Select(expected)]));
        }
    }

    [TestCase(new[] { 3, 4 }, new[] { 1, 0 }, new[] { 2, 3 })]
    [TestCase(new[] { 2, 30, 31, 5 }, new[] { 0, 1, 1, 0 }, new[] { 0, 1, 1, 0 })]
    [TestCase(new[] { 2, 0, 3 }, new[] { 1, 1, 1 }, new[] { 0, 1, 0 })]
    [TestCase(new int[0], new int[0], new int[0])]
    public void Padding_surrounds_the_block(int[] sizes, int[] before, int[] after)
    {
        int[] outer = [.. sizes.Select((size, axis) => size + before[axis] + after[axis])];
        float[] x = [.. Enumerable.Range(1, sizes.Aggregate(1, (a, b) => a * b)).Select(i => (float)i)];
        float[] expected = [.. Enumerable.Repeat(-7f, outer.Aggregate(1, (a, b) => a * b))];
        var strides = CopyCpuTests.RowMajor(outer);
        CopyCpuTests.ForEach(sizes, (index, at) => expected[CopyCpuTests.Offset([.. index.Select((i,
            axis) => i + before[axis])], strides)] = x[at]);
        var y = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<float>(expected.Length);
            PadCpu.Constant(pool, x, buffer.Span, sizes, before, after, -7f);
            return buffer.Checked();
        });
        Assert.That(y, Is.EqualTo(expected));
    }

    [Test]
    public void Padding_refuses_negative_widths_and_wrong_lengths()
    {
        Assert.That(() => PadCpu.Constant(ThreadCounts.Many, new float[3], new float[2], [3], [-1], [0], 0f),
            Throws.ArgumentException);
        Assert.That(() => PadCpu.Constant(ThreadCounts.Many, new float[3], new float[5], [3], [1], [0], 0f),
            Throws.ArgumentException);
    }

    [TestCase(1)]
    [TestCase(63)]
    [TestCase(4096)]
    [TestCase(300_007)]
    public void The_first_non_finite_element_is_found(int length)
    {
        Find<float>(length);
        Find<double>(length);
    }

    static void Find<T>(int length) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var x = OptimizerCpuTests.Noise<T>(length, 3);
        x[0] = T.CreateTruncating(float.MaxValue);
        Assert.That(First(x), Is.EqualTo(-1));
        foreach (var (index, value) in new[] { (length - 1, T.NaN), (length * 2 / 3, T.NegativeInfinity), (length / 3,
            T.PositiveInfinity), (length / 3, T.NaN), (0, T.NaN) })
        {
            x[index] = value;
            Assert.That(First(x), Is.EqualTo(index));
        }

        static int First(T[] x) => ThreadCounts.Same<int>(pool => [NonFiniteCpu.FirstIndex<T>(pool, x)])[0];
    }

    [Test]
    public void Nothing_is_finite() => Assert.That(NonFiniteCpu.FirstIndex<float>(ThreadCounts.Many, []),
        Is.EqualTo(-1));
}
