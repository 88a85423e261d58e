namespace SuTI.Kernels;

/// <summary>Padding with a constant; its gradient is a strided copy of the inner block
/// (<see cref="CopyCpu.ToContiguous"/>).</summary>
public static class PadCpu
{
    /// <summary>y = x with <paramref name="before"/> and <paramref name="after"/> elements of <paramref name="value"/>
    /// put round each axis.</summary>
    /// <exception cref="ArgumentException">More than 8 axes, a negative width, or spans that do not match the
    /// sizes.</exception>
    public static void Constant<T>(WorkerPool pool, ReadOnlySpan<T> x, Span<T> y, ReadOnlySpan<int> sizes,
        ReadOnlySpan<int> before, ReadOnlySpan<int> after, T value) where T : unmanaged
    {
        if (sizes.Length > CopyCpu.MaxRank || before.Length != sizes.Length || after.Length != sizes.Length)
            throw new ArgumentException(
                $"pad: each of at most {CopyCpu.MaxRank} axes needs a width before and after; "
                + $"got {sizes.Length} axes, {before.Length} and {after.Length} widths.");
        Span<long> strides = stackalloc long[CopyCpu.MaxRank];
        long length = 1;
        long offset = 0;
        long inner = 1;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            if (before[axis] < 0 || after[axis] < 0 || sizes[axis] < 0)
                throw new ArgumentException(
                    $"pad: axis {axis} has size {sizes[axis]} and widths {before[axis]} and {after[axis]}; "
                    + "none may be negative.");
            strides[axis] = length;
            offset += before[axis] * length;
            length = checked(length * ((long)sizes[axis] + before[axis] + after[axis]));
            inner *= sizes[axis];
        }
        if (x.Length != inner || y.Length != length)
            throw new ArgumentException(
                $"pad: sizes ask for {inner} and {length} elements; got {x.Length} and {y.Length}.");
        FillCpu.Fill(pool, y, value);
        if (inner > 0)
            CopyCpu.FromContiguous(pool, x, y[(int)offset..], sizes, strides[..sizes.Length]);
    }
}
