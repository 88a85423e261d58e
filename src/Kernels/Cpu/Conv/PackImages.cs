using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// Lays x out as panels [pixel][width] and dy as tiles [pixel][rows], with one zero border between image rows; item = image row of
/// x, then of dy.
/// </summary>
/// <remarks>
/// The copy spares a weight gradient the restart of its loop at the end of every image row, and channels a power of two apart,
/// which fall on the same cache lines.
/// </remarks>
readonly unsafe struct PackImages(WeightGradientPlan plan, void* x, void* dy, void* packed) : ISimdKernel
{
    const int GrainElements = 16 << 10;

    public static int Items(in WeightGradientPlan plan) => plan.Sizes.N * (plan.PackedHeight + plan.Sizes.OutH);

    public static int Grain(in WeightGradientPlan plan)
        => Math.Max(1, GrainElements / Math.Max(1, plan.Pitch * Math.Max(plan.Sizes.C, plan.Sizes.Cout)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rowsX = plan.Sizes.N * plan.PackedHeight;
        for (int item = begin; item < end; item++)
        {
            if (item < rowsX)
                RowOfX<TVector, T>(item);
            else
                RowOfDy<TVector, T>(item - rowsX);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void RowOfX<TVector, T>(int row)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref readonly var sizes = ref plan.Sizes;
        int image = row / plan.PackedHeight, h = (row % plan.PackedHeight) - sizes.PadTop, width;
        int across = (uint)h < (uint)sizes.H ? sizes.W : 0;
        T* source = (T*)x + ((((nint)image * sizes.H) + h) * sizes.W * sizes.PixelX);
        for (int column = 0; column < sizes.C; column += width)
        {
            width = MicroKernel.PanelVectors(sizes.C - column, TVector.Count) * TVector.Count;
            T* panel = (T*)packed + (column * plan.PixelsX), destination = panel + ((plan.Margin + ((nint)row * plan.Pitch)) * width);
            if (across > 0)
            {
                Panels.PackPanel<TVector, T>(source + column, sizes.PixelX, 1, across, Math.Min(width, sizes.C - column),
                    destination, width);
            }
            Clear<TVector, T>(destination + (across * width), (plan.Pitch - across) * width);
            if (row == 0)
            {
                Clear<TVector, T>(panel, plan.Margin * width);
                Clear<TVector, T>(panel + ((plan.PixelsX - plan.Tail) * width), plan.Tail * width);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void RowOfDy<TVector, T>(int row)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref readonly var sizes = ref plan.Sizes;
        int height = MicroKernel.Rows<TVector, T>();
        for (int channel = 0; channel < sizes.Cout; channel += height)
        {
            T* source = (T*)dy + ((nint)row * sizes.OutW * sizes.PixelY) + channel;
            T* destination = (T*)packed + plan.PackedXLength + (channel * plan.PixelsDy) + ((nint)row * plan.Pitch * height);
            int count = Math.Min(height, sizes.Cout - channel);
            for (int w = 0; w < sizes.OutW; w++, source += sizes.PixelY, destination += height)
            {
                if (count == height)
                {
                    Panels.CopyRows(source, destination, height);
                    continue;
                }
                for (int i = 0; i < height; i++)
                    destination[i] = i < count ? source[i] : T.Zero;
            }
            for (int i = 0; i < (plan.Pitch - sizes.OutW) * height; i++)
                destination[i] = T.Zero;
        }
    }

    // The length is a multiple of a vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Clear<TVector, T>(T* values, int count)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < count; i += TVector.Count)
            TVector.Store(TVector.Zero, values + i);
    }
}
