namespace SuTI.Kernels;

/// <summary>How the kernels that work row by row are cut into chunks, and what they ask of their arguments.</summary>
static class RowGrain
{
    /// <summary>Rows of a chunk: at least some 8192 elements, and at most 32 chunks.</summary>
    public static int Of(int rows, int width) => Math.Max(Math.Max(1, 8192 / Math.Max(1, width)), (rows + 31) / 32);

    /// <exception cref="ArgumentException">A size is negative, or a length is not rows · width.</exception>
    public static void Check(int rows, int width, int first, int second)
    {
        if (rows < 0 || width < 0 || first != (long)rows * width || second != (long)rows * width)
            throw new ArgumentException($"rows: {rows} × {width} elements are expected; got {first} and {second}.");
    }
}
