using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Packs weights (Cout, taps, C) as the matrix [tap, Cout] x [C] of an input gradient, last tap first; item = output channel.</summary>
readonly unsafe struct PackTaps(void* weights, void* packed, int cout, int taps, int channels) : ISimdKernel
{
    const int GrainElements = 16 << 10;

    public static int Grain(in ConvSizes sizes) => Math.Max(1, GrainElements / Math.Max(1, sizes.Taps * sizes.C));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint stride = (nint)taps * channels;
        for (int i = begin; i < end; i++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                Panels.PackRows<TVector, T>((T*)weights + (i * stride) + ((nint)tap * channels), stride, 1, taps * cout,
                    ((taps - 1 - tap) * cout) + i, 1, channels, (T*)packed);
            }
        }
    }
}
