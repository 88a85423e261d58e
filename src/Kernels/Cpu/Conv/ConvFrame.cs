using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Copies images into a zero border, channels packed; item = one row of the frame.</summary>
/// <remarks>
/// Worth its pass over memory only for few channels: with 3 or 4, a row of a 3x3 kernel becomes one run of 9 or 12 elements.
/// Behind the last frame lies room for a vector, so that a run may be read in whole vectors.
/// </remarks>
readonly unsafe struct ConvFrame(ConvSizes sizes, void* x, void* frame) : ISimdKernel
{
    const int MostChannels = 12;
    const int SlackElements = 64;

    public static bool IsWorthwhile(in ConvSizes sizes) => sizes.C <= MostChannels && sizes.S > 1;

    public static int Height(in ConvSizes sizes) => sizes.OutH == 0 ? 0 : ((sizes.OutH - 1) * sizes.StrideH) + sizes.R;

    public static int Width(in ConvSizes sizes) => sizes.OutW == 0 ? 0 : ((sizes.OutW - 1) * sizes.StrideW) + sizes.S;

    public static long Length(in ConvSizes sizes)
        => ((long)sizes.N * Height(sizes) * Width(sizes) * sizes.C) + SlackElements;

    public static void Copy<T>(WorkerPool pool, in ConvSizes sizes, T* x, T* frame)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int row = Math.Max(1, Width(sizes) * sizes.C);
        Simd.For<T, ConvFrame>(pool, sizes.N * Height(sizes), Math.Max(1, (16 << 10) / row), new(sizes, x, frame));
        new Span<T>(frame + Length(sizes) - SlackElements, SlackElements).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int height = Height(sizes), width = Width(sizes), channels = sizes.C;
        int left = Math.Clamp(sizes.PadLeft, 0, width), right = Math.Clamp(sizes.W + sizes.PadLeft, left, width);
        for (int item = begin; item < end; item++)
        {
            T* row = (T*)frame + ((nint)item * width * channels);
            int image = item / height, h = (item % height) - sizes.PadTop;
            if ((uint)h >= (uint)sizes.H)
            {
                new Span<T>(row, width * channels).Clear();
                continue;
            }
            T* source = (T*)x + ((((nint)image * sizes.H) + h) * sizes.W - sizes.PadLeft) * sizes.PixelX;
            new Span<T>(row, left * channels).Clear();
            if (sizes.PixelX == channels)
            {
                new Span<T>(source + (left * channels), (right - left) * channels).CopyTo(new(row + (left * channels), (right - left) * channels));
            }
            else
            {
                for (int w = left; w < right; w++)
                {
                    for (int c = 0; c < channels; c++)
                        row[(w * channels) + c] = source[((nint)w * sizes.PixelX) + c];
                }
            }
            new Span<T>(row + (right * channels), (width - right) * channels).Clear();
        }
    }
}
