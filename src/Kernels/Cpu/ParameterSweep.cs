namespace SuTI.Kernels;

/// <summary>An update of elements begin … end of one parameter, in a numbered chunk.</summary>
interface IParameterKernel
{
    void Run(in ParameterSlice slice, int begin, int end, int chunk);
}

/// <summary>
/// One parallel region over all parameters of a store, so that hundreds of small ones cost what one large one does.
/// Chunks are equal runs of the concatenated elements and so depend on the lengths alone.
/// </summary>
static unsafe class ParameterSweep
{
    /// <summary>Most chunks of a sweep: enough for partial results on the stack.</summary>
    public const int MaxChunks = 2048;

    // 32 Ki elements of five arrays are some 30 µs of memory traffic.
    const int Grain = 32768;

    /// <summary>Runs the kernel and returns the number of chunks.</summary>
    public static int Run<TKernel>(WorkerPool pool, ReadOnlySpan<ParameterSlice> slices, TKernel kernel)
        where TKernel : struct, IParameterKernel
    {
        long total = 0;
        foreach (ref readonly var slice in slices)
        {
            if (slice.Length is < 0 or > int.MaxValue)
                throw new ArgumentException(
                    $"optimizer: a parameter has from 0 to 2^31 − 1 elements; got {slice.Length}.");
            total += slice.Length;
        }
        long grain = Math.Max(Grain, (total + MaxChunks - 1) / MaxChunks);
        int chunks = (int)((total + grain - 1) / grain);
        fixed (ParameterSlice* first = slices)
            pool.For(chunks, new Body<TKernel>(first, first + slices.Length, grain, kernel));
        return chunks;
    }

    readonly struct Body<TKernel>(ParameterSlice* slices, ParameterSlice* last, long grain,
        TKernel kernel) : IParallelBody
        where TKernel : struct, IParameterKernel
    {
        public void Run(int chunk)
        {
            long begin = chunk * grain;
            var slice = slices;
            for (; begin >= slice->Length; slice++)
                begin -= slice->Length;
            for (long left = grain; left > 0 && slice < last; slice++)
            {
                long end = Math.Min(slice->Length, begin + left);
                if (end > begin)
                    kernel.Run(in *slice, (int)begin, (int)end, chunk);
                left -= end - begin;
                begin = 0;
            }
        }
    }
}
