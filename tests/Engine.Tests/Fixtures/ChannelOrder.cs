using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Fixtures;

/// <summary>
/// Fixtures hold images (N, C, H, W), the engine (N, H, W, C); recorded, so that gradients come back in the fixtures'
/// order.
/// </summary>
static class ChannelOrder
{
    public static Tensor ToChannelsLast(this Tensor x)
        => x.Permute(CheckpointLayout.ChannelsFirst.EngineAxes(x.Shape.Rank));

    public static Tensor ToChannelsFirst(this Tensor x)
        => x.Permute(CheckpointLayout.ChannelsFirst.FileAxes(x.Shape.Rank));
}
