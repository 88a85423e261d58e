namespace SuTI.Tests;

/// <summary>
/// Fixtures hold images (N, C, H, W), the engine (N, H, W, C); recorded, so that gradients come back in the fixtures'
/// order.
/// </summary>
static class ChannelOrder
{
    public static Tensor ToChannelsLast(this Tensor x)
        => x.Permute([0, .. Enumerable.Range(2, x.Shape.Rank - 2), 1]);

    public static Tensor ToChannelsFirst(this Tensor x)
        => x.Permute([0, x.Shape.Rank - 1, .. Enumerable.Range(1, x.Shape.Rank - 2)]);
}
