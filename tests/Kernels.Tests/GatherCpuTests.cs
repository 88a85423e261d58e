using System.Numerics;

namespace SuTI.Kernels.Tests;

public class GatherCpuTests
{
    [TestCase(1, 1, 1)]
    [TestCase(23, 13, 76)]
    [TestCase(50, 300, 500)]
    [TestCase(1000, 64, 3000)]
    [TestCase(7, 0, 5)]
    [TestCase(7, 5, 0)]
    public void Rows_and_their_gradient(int rows, int width, int count)
    {
        Rows<float, int>(rows, width, count);
        Rows<double, long>(rows, width, count);
    }

    static void Rows<T, TIndex>(int rows, int width, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        T[] table = OptimizerCpuTests.Noise<T>(rows * width, 1);
        TIndex[] ids = [.. Enumerable.Range(0, count).Select(i => TIndex.CreateTruncating(i * 31 % rows))];
        // Integers, so that sums are exact.
        T[] dy = [.. Enumerable.Range(0, count * width).Select(i => T.CreateTruncating(i % 17 - 8))];
        T[] before = [.. Enumerable.Range(0, rows * width).Select(i => T.CreateTruncating(i % 5))];
        var y = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<T>(count * width);
            Assert.That(GatherCpu.Rows(pool, table, ids, buffer.Span, rows, width), Is.EqualTo(-1));
            return buffer.Checked();
        });
        var dTable = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<T>(before);
            Assert.That(GatherCpu.RowsBackward(pool, dy, ids, buffer.Span, rows, width), Is.EqualTo(-1));
            return buffer.Checked();
        });
        T[] gradient = [.. before];
        for (int i = 0; i < count; i++)
        {
            int id = int.CreateTruncating(ids[i]);
            Assert.That(y.AsSpan(i * width, width).SequenceEqual(table.AsSpan(id * width, width)));
            for (int j = 0; j < width; j++)
                gradient[id * width + j] += dy[i * width + j];
        }
        Assert.That(dTable.AsSpan().SequenceEqual(gradient));
    }

    [TestCase(1, 5, 3, 1)]
    [TestCase(4, 7, 9, 1)]
    [TestCase(1, 6, 5, 300)]
    [TestCase(40, 30, 50, 21)]
    [TestCase(0, 3, 4, 5)]
    [TestCase(3, 4, 0, 5)]
    public void Along_an_axis_and_its_gradient(int outer, int axis, int count, int inner)
    {
        var shape = new GatherShape(outer, axis, count, inner);
        Along<float, long>(shape);
        Along<double, int>(shape);
    }

    static void Along<T, TIndex>(GatherShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        T[] x = [.. Enumerable.Range(0, (int)shape.SourceLength).Select(i => T.CreateTruncating(i))];
        TIndex[] indices = [.. Enumerable.Range(0, (int)shape.Length).Select(i => TIndex.CreateTruncating(i * 7919 % 104729 % shape.Axis))];
        T[] dy = [.. Enumerable.Range(0, (int)shape.Length).Select(i => T.CreateTruncating(i % 17 - 8))];
        var y = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<T>((int)shape.Length);
            Assert.That(GatherCpu.Along(pool, x, indices, buffer.Span, shape), Is.EqualTo(-1));
            return buffer.Checked();
        });
        var dx = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<T>(x);
            Assert.That(GatherCpu.AlongBackward(pool, dy, indices, buffer.Span, shape), Is.EqualTo(-1));
            return buffer.Checked();
        });
        T[] gradient = [.. x];
        for (int at = 0; at < y.Length; at++)
        {
            int from = (at / shape.Inner / shape.Count * shape.Axis + int.CreateTruncating(indices[at])) * shape.Inner + at % shape.Inner;
            if (y[at] != x[from])
                Assert.Fail($"element {at}");
            gradient[from] += dy[at];
        }
        Assert.That(dx.AsSpan().SequenceEqual(gradient));
    }

    [TestCase(-1)]
    [TestCase(5)]
    [TestCase(int.MinValue)]
    public void An_index_out_of_range_is_named_before_anything_is_written(int bad)
    {
        int[] ids = [0, 4, bad, 7, 1];
        var y = new Fenced<float>(5 * 3);
        byte[] untouched = [.. System.Runtime.InteropServices.MemoryMarshal.AsBytes(y.Span)];
        Assert.That(GatherCpu.Rows<float, int>(ThreadCounts.Many, new float[15], ids, y.Span, 5, 3), Is.EqualTo(2));
        Assert.That(GatherCpu.RowsBackward<float, int>(ThreadCounts.Many, new float[15], ids, y.Span, 5, 3),
            Is.EqualTo(2));
        var shape = new GatherShape(1, 5, 5, 1);
        Assert.That(GatherCpu.Along<float, int>(ThreadCounts.Many, new float[5], ids, y.Span[..5], shape),
            Is.EqualTo(2));
        Assert.That(GatherCpu.AlongBackward<float, int>(ThreadCounts.Many, new float[5], ids, y.Span[..5], shape),
            Is.EqualTo(2));
        Assert.That(System.Runtime.InteropServices.MemoryMarshal.AsBytes(y.Span).SequenceEqual(untouched));
        Assert.That(GatherCpu.FirstOutOfRange<long>([0, 1L << 32], 5), Is.EqualTo(1));
        Assert.That(() => GatherCpu.Rows<float, int>(ThreadCounts.Many, new float[14], ids, y.Span, 5, 3),
            Throws.ArgumentException);
        Assert.That(() => GatherCpu.Along<float, int>(ThreadCounts.Many, new float[4], ids, y.Span[..5], shape),
            Throws.ArgumentException);
    }
}
