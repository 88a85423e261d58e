using SuTI.Engine;

namespace SuTI.Model.Unet;

/// <summary>What diffusers calls the blocks of a U-Net, and one that it does not have.</summary>
static class UnetBlockNames
{
    internal static readonly (string Name, LevelKind Kind)[] AllDown =
    [
        ("DownBlock2D", new(AttentionKind.None, false)),
        ("CrossAttnDownBlock2D", new(AttentionKind.Transformer, false)),
        ("ResnetDownsampleBlock2D", new(AttentionKind.None, true)),
        ("SimpleCrossAttnDownBlock2D", new(AttentionKind.Joint, true)),
    ];

    internal static readonly (string Name, LevelKind Kind)[] AllUp =
    [
        ("UpBlock2D", new(AttentionKind.None, false)),
        ("CrossAttnUpBlock2D", new(AttentionKind.Transformer, false)),
        ("ResnetUpsampleBlock2D", new(AttentionKind.None, true)),
        ("SimpleCrossAttnUpBlock2D", new(AttentionKind.Joint, true)),
        // Below levels that do not attend.
        ("SutiJointUpBlock2D", new(AttentionKind.Joint, false)),
    ];

    internal static readonly (string Name, AttentionKind Kind)[] AllMiddle =
    [
        ("UNetMidBlock2D", AttentionKind.None),
        ("UNetMidBlock2DCrossAttn", AttentionKind.Transformer),
        ("UNetMidBlock2DSimpleCrossAttn", AttentionKind.Joint),
    ];

    /// <exception cref="SutiException">No published block is of that kind.</exception>
    internal static string Down(LevelKind kind) => Find(AllDown, kind);

    /// <inheritdoc cref="Down"/>
    internal static string Up(LevelKind kind) => Find(AllUp, kind);

    /// <inheritdoc cref="Down"/>
    internal static string Middle(AttentionKind kind) => Find(AllMiddle, kind);

    static string Find<T>((string Name, T Kind)[] all, T kind) where T : struct
    {
        foreach (var (name, known) in all)
        {
            if (known.Equals(kind))
                return name;
        }
        throw new SutiException("U-Net", "the blocks must be of kinds that have names",
            string.Join(", ", all.Select(pair => pair.Name)), kind.ToString());
    }
}
