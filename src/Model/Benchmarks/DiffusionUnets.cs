using SuTI.Model.Unet;

namespace SuTI.Model.Benchmarks;

/// <summary>The two U-Nets of scripts/peers/unets.py.</summary>
static class DiffusionUnets
{
    internal const int ContextLength = 77, ContextWidth = 768, Side = 64;

    static readonly LevelKind s_plain = new(AttentionKind.None, false), s_transformer = new(AttentionKind.Transformer, false);
    static readonly LevelKind s_resnet = new(AttentionKind.None, true), s_joint = new(AttentionKind.Joint, true);

    /// <summary>The shape of Stable Diffusion 1.5: 859,520,964 parameters.</summary>
    internal static UnetConfig Sd15 { get; } = new(4, 4,
        [
            .. new[] { 320, 640, 1280 }.Select(width
                => new UnetLevel(width, s_transformer, s_transformer, 2, 8, 1, false, ContextWidth)),
            new(1280, s_plain, s_plain, 2, 8, 1, false, ContextWidth),
        ],
        new(AttentionKind.Transformer, false, 1), ContextWidth, Time(320), new(32, 1e-5));

    /// <summary>A pixel-space base of 64 × 64 in the manner of Imagen, attention to text and pixels in one softmax.</summary>
    internal static UnetConfig Pixel64 { get; } = new(3, 6,
        [
            .. new[] { 192, 384, 576, 768 }.Select((width, i)
                => new UnetLevel(width, i == 0 ? s_resnet : s_joint, i == 0 ? s_resnet : s_joint, 3, 64, 1, false, ContextWidth)),
        ],
        new(AttentionKind.Joint, false, 1), ContextWidth, Time(192), new(32, 1e-5, IsModulated: true));

    static UnetConditioning Time(int width) => new(width, 4 * width, true, 0, Activation.Silu, null);
}
