namespace SuTI.Kernels.Tests;

public class WorkerPoolTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(7)]
    public unsafe void Every_chunk_runs_exactly_once(int threads)
    {
        using var pool = new WorkerPool(threads);
        int[] counts = new int[1000];
        fixed (int* p = counts)
        {
            for (int region = 0; region < 200; region++)
                pool.For(counts.Length, new Count(p));
        }
        Assert.That(counts, Is.All.EqualTo(200));
    }

    [Test]
    public void An_exception_in_a_chunk_reaches_the_caller_and_the_pool_goes_on()
    {
        using var pool = new WorkerPool(2);
        Assert.That(() => pool.For(16, new Fail()), Throws.InvalidOperationException);
        Every_chunk_runs_exactly_once(2);
    }

    [Test]
    public void A_region_inside_a_chunk_runs_on_the_caller()
    {
        using var pool = new WorkerPool(3);
        int[] counts = new int[8];
        unsafe
        {
            fixed (int* p = counts)
                pool.For(4, new Nested(p, pool));
        }
        Assert.That(counts, Is.All.EqualTo(4));
    }

    readonly unsafe struct Count(int* counts) : IParallelBody
    {
        public void Run(int chunk) => Interlocked.Increment(ref counts[chunk]);
    }

    readonly struct Fail : IParallelBody
    {
        public void Run(int chunk)
        {
            if (chunk == 7)
                throw new InvalidOperationException("chunk 7");
        }
    }

    readonly unsafe struct Nested(int* counts, WorkerPool pool) : IParallelBody
    {
        public void Run(int chunk) => pool.For(8, new Count(counts));
    }
}
