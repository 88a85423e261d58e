namespace SuTI.Engine.Layers;

/// <summary>How a parameter's axes lie in a checkpoint file.</summary>
public enum CheckpointLayout
{
    /// <summary>As in the engine.</summary>
    Same,

    /// <summary>
    /// The engine's last axis comes second: weights (Cout, R, S, Cin) are stored as (Cout, Cin, R, S).
    /// </summary>
    ChannelsFirst,
}

static class CheckpointLayouts
{
    /// <summary>Axis i of the file is axis <c>result[i]</c> of the engine.</summary>
    internal static int[] FileAxes(this CheckpointLayout layout, int rank)
        => layout == CheckpointLayout.Same || rank < 3
            ? [.. Enumerable.Range(0, rank)]
            : [0, rank - 1, .. Enumerable.Range(1, rank - 2)];

    /// <summary>Axis i of the engine is axis <c>result[i]</c> of the file.</summary>
    internal static int[] EngineAxes(this CheckpointLayout layout, int rank)
        => layout == CheckpointLayout.Same || rank < 3
            ? [.. Enumerable.Range(0, rank)]
            : [0, .. Enumerable.Range(2, rank - 2), 1];

    internal static Shape FileShape(this CheckpointLayout layout, Shape shape)
        => Shape.Create([.. layout.FileAxes(shape.Rank).Select(axis => shape[axis])]);
}
