using System.Numerics;
using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>Packs weights (Cout, taps, C) as the matrix [tap, Cout] x [C] of an input gradient, last tap first; item = tap.</summary>
readonly unsafe struct PackTaps(void* weights, void* packed, int cout, int taps, int channels) : ISimdKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint stride = (nint)taps * channels;
        for (int tap = begin; tap < end; tap++)
        {
            for (int i = 0; i < cout; i++)
            {
                Panels.PackRows<TVector, T>((T*)weights + (i * stride) + ((nint)tap * channels), stride, 1, taps * cout,
                    ((taps - 1 - tap) * cout) + i, 1, channels, (T*)packed);
            }
        }
    }
}
