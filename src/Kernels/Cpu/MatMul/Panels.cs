using System.Numerics;

namespace SuTI.Kernels;

/// <summary>Packing of a matrix B[K, N] into the panels that <see cref="MicroKernel"/> streams.</summary>
static unsafe class Panels
{
    /// <summary>Elements of packed B: columns are padded to whole vectors.</summary>
    public static long Length(int depth, int columns, int lanes) => (long)depth * ((columns + lanes - 1) / lanes * lanes);

    /// <summary>Packs a B that has element (k, n) at b[k · rowStride + n · columnStride].</summary>
    public static void Pack<TVector, T>(T* b, nint rowStride, nint columnStride, int depth, int columns, T* packed)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int n = 0; n < columns;)
        {
            int width = MicroKernel.PanelVectors(columns - n, TVector.Count) * TVector.Count;
            PackPanel<TVector, T>(b + (n * columnStride), rowStride, columnStride, depth, Math.Min(width, columns - n),
                packed + ((nint)n * depth), width);
            n += width;
        }
    }

    /// <summary>Packs one panel of <paramref name="columns"/> columns into rows of <paramref name="width"/>, zeros behind them.</summary>
    public static void PackPanel<TVector, T>(
        T* b, nint rowStride, nint columnStride, int depth, int columns, T* packed, int width)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
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
}
