namespace SuTI.Kernels;

/// <summary>An update of elements begin … end of one parameter.</summary>
interface IParameterKernel
{
    void Run(in ParameterSlice slice, int begin, int end);
}

/// <summary>
/// One parallel region over all parameters of a store, so that hundreds of small ones cost what one large one does. Chunks are
/// equal runs of the concatenated elements and so depend on the lengths alone.
/// </summary>
static unsafe class ParameterSweep
{
    // 32 Ki elements of five arrays are some 30 µs of memory traffic.
    const int Grain = 32768;

    public static void Run<TKernel>(WorkerPool pool, ReadOnlySpan<ParameterSlice> slices, TKernel kernel)
        where TKernel : struct, IParameterKernel
    {
        long total = 0;
        foreach (ref readonly var slice in slices)
        {
            if (slice.Length is < 0 or > int.MaxValue)
                throw new ArgumentException($"optimizer: a parameter has from 0 to 2^31 − 1 elements; got {slice.Length}.");
            total += slice.Length;
        }
        long grain = Math.Max(Grain, total / WorkerPool.MaxChunks + 1);
        fixed (ParameterSlice* first = slices)
            pool.For((int)((total + grain - 1) / grain), new Body<TKernel>(first, grain, kernel));
    }

    readonly struct Body<TKernel>(ParameterSlice* slices, long grain, TKernel kernel) : IParallelBody
        where TKernel : struct, IParameterKernel
    {
        public void Run(int chunk)
        {
            long begin = chunk * grain;
            long left = grain;
            var slice = slices;
            for (; begin >= slice->Length; slice++)
                begin -= slice->Length;
            // The last chunk is short: it ends where the elements do.
            long rest = Total() - chunk * grain;
            left = Math.Min(left, rest);
            while (left > 0)
            {
                int end = (int)Math.Min(slice->Length, begin + left);
                if (end > begin)
                    kernel.Run(in *slice, (int)begin, end);
                left -= end - begin;
                begin = 0;
                slice++;
            }
        }

        long Total() => 0;
    }
}
