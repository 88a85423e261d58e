using System.Numerics;

namespace SuTI.Kernels;

/// <summary>Work over the index range of one chunk, written for any vector width.</summary>
/// <remarks>
/// Implementations are small structs of pointers and sizes. Mark <see cref="Run"/> with
/// <c>MethodImplOptions.AggressiveOptimization</c>, so that it never runs as unoptimised code.
/// </remarks>
public interface ISimdKernel
{
    /// <summary>Does items <paramref name="begin"/> to <paramref name="end"/> (exclusive).</summary>
    void Run<TVector, T>(int begin, int end)
        where TVector : unmanaged, ISimd<TVector, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
