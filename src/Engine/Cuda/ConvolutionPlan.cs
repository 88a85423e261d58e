using SuTI.Kernels;

namespace SuTI.Engine.Cuda;

/// <summary>The three products of matrices that a dense convolution and its gradients are.</summary>
enum ConvProduct
{
    Forward,
    InputGradient,
    WeightGradient,
}

/// <summary>What a block of a convolution kernel computes, and with how many warps; constants of the kernel text.</summary>
/// <param name="Chunks">Of 16 bytes along k.</param>
/// <param name="Stages">Of the ring in shared memory.</param>
readonly record struct ConvTile(int M, int N, int Chunks, int WarpsM, int WarpsN, int Stages)
{
    internal int Threads => 32 * WarpsM * WarpsN;

    /// <summary>The ring, or the sums that pass through the same memory after it.</summary>
    internal int SharedBytes => Math.Max(Stages * (M + N) * Chunks * 16, M * (N + 8) * sizeof(float));
}

/// <summary>How a convolution is computed.</summary>
/// <param name="Parts">Of k, each summed by a block of its own.</param>
readonly record struct ConvPlan(ConvTile Tile, int Parts);

/// <summary>A convolution as a product of matrices (m, k) · (k, n), and what decides how it is computed.</summary>
/// <param name="TensorCores">Else exact float arithmetic.</param>
/// <param name="IsAligned">Whether chunks of 16 bytes can be copied.</param>
/// <param name="Classes">Products of this size, beside each other: pixels that see different taps.</param>
readonly record struct ConvProblem(ConvProduct Product, DType Type, bool TensorCores, bool IsAligned, ConvSizes Sizes, int M, int N, int K, int Classes)
{
    /// <summary>Whether the channels of x come from two tensors.</summary>
    internal bool IsJoined { get; init; }

    /// <summary>Whether each pixel of x stands for 2 × 2.</summary>
    internal bool IsUpsampled { get; init; }

    internal static ConvProblem Of(ConvProduct product, DType type, bool tensorCores, bool isAligned, in ConvSizes sizes)
    {
        int pixels = checked(sizes.N * sizes.OutH * sizes.OutW), taps = checked(sizes.R * sizes.S);
        var (m, n, k, classes) = product switch
        {
            ConvProduct.Forward => (pixels, sizes.Cout, checked(taps * sizes.C), 1),
            ConvProduct.WeightGradient => (sizes.Cout, checked(taps * sizes.C), pixels, 1),
            _ => (checked(sizes.N * Cover(sizes.H, sizes.StrideH) * Cover(sizes.W, sizes.StrideW)), sizes.C,
                checked(Cover(sizes.R, sizes.StrideH) * Cover(sizes.S, sizes.StrideW) * sizes.Cout), sizes.StrideH * sizes.StrideW),
        };
        return new(product, type, tensorCores, isAligned, sizes, m, n, k, classes);
    }

    internal int Tiles(in ConvTile tile) => checked(Cover(M, tile.M) * Cover(N, tile.N));

    /// <summary>Steps along k.</summary>
    internal int Steps(in ConvTile tile) => Cover(K, tile.Chunks * 16 / Type.Size());

    static int Cover(int count, int each) => (count + each - 1) / each;
}
