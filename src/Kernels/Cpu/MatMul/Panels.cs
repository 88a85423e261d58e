using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SuTI.Kernels;

/// <summary>Packing of a matrix B[K, N] into the panels that <see cref="MicroKernel"/> streams.</summary>
static unsafe class Panels
{
    /// <summary>Elements of packed B: columns are padded to whole vectors.</summary>
    public static long Length(int depth, int columns, int lanes) => (long)depth * ((columns + lanes - 1) / lanes * lanes);

    /// <summary>Panels of <paramref name="columns"/> columns.</summary>
    public static int Count(int columns, int lanes)
    {
        int vectors = (columns + lanes - 1) / lanes;
        return (vectors + 2) / 3;
    }

    /// <summary>First column of panel number <paramref name="panel"/>; that of the panel behind the last one is at least the width.</summary>
    public static int Start(int panel, int columns, int lanes)
    {
        int vectors = (columns + lanes - 1) / lanes;
        return (panel == Count(columns, lanes) - 1 && vectors > 3 && vectors % 3 == 1 ? vectors - 2 : 3 * panel) * lanes;
    }

    /// <summary>Packs a B that has element (k, n) at b[k · rowStride + n · columnStride].</summary>
    public static void Pack<TVector, T>(T* b, nint rowStride, nint columnStride, int depth, int columns, T* packed)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => PackRows<TVector, T>(b, rowStride, columnStride, depth, 0, depth, columns, packed);

    /// <summary>Packs <paramref name="rows"/> rows of B, the first of which, at <paramref name="b"/>, is row <paramref name="row"/>.</summary>
    public static void PackRows<TVector, T>(
        T* b, nint rowStride, nint columnStride, int depth, int row, int rows, int columns, T* packed)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int n = 0; n < columns;)
        {
            int width = MicroKernel.PanelVectors(columns - n, TVector.Count) * TVector.Count;
            PackPanel<TVector, T>(b + (n * columnStride), rowStride, columnStride, rows, Math.Min(width, columns - n),
                packed + ((nint)n * depth) + ((nint)row * width), width);
            n += width;
        }
    }

    /// <summary>Packs one panel of <paramref name="columns"/> columns into rows of <paramref name="width"/>, zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackPanel<TVector, T>(
        T* b, nint rowStride, nint columnStride, int depth, int columns, T* packed, int width)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (rowStride == 1 && columnStride != 1)
        {
            PackTransposed<T>(b, columnStride, depth, columns, packed, width);
            return;
        }
        for (int k = 0; k < depth; k++, packed += width, b += rowStride)
        {
            int n = 0;
            if (columnStride == 1)
            {
                for (; n + TVector.Count <= columns; n += TVector.Count)
                    TVector.Store(TVector.Load(b + n), packed + n);
            }
            for (; n < columns; n++)
                packed[n] = b[n * columnStride];
            for (; n < width; n++)
                packed[n] = T.Zero;
        }
    }

    /// <summary>Copies the <paramref name="count"/> rows of a tile that lie end to end.</summary>
    /// <remarks>They are a power of two of bytes; a call to copy memory would cost more than the copy.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRows<T>(T* source, T* destination, int count) where T : unmanaged
    {
        if (count * sizeof(T) == 64)
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<Vector512<byte>>(source));
        else if (count * sizeof(T) == 32)
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<Vector256<byte>>(source));
        else
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<Vector128<byte>>(source));
    }

    // B lies with its columns along memory: squares are transposed in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackTransposed<T>(T* b, nint columnStride, int depth, int columns, T* packed, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int side = Transposition.Side<T>();
        int wholeColumns = columns / side * side, wholeDepth = depth / side * side;
        for (int n = 0; n < wholeColumns; n += side)
        {
            for (int k = 0; k < wholeDepth; k += side)
                Transposition.Square(b + (n * columnStride) + k, columnStride, packed + ((nint)k * width) + n, width);
        }
        for (int n = 0; n < width; n++)
        {
            for (int k = n < wholeColumns ? wholeDepth : 0; k < depth; k++)
                packed[((nint)k * width) + n] = n < columns ? b[(n * columnStride) + k] : T.Zero;
        }
    }
}
