namespace SuTI.Model.Unet;

/// <summary>
/// The shape of a conditional U-Net, one entry a level from the largest images to the smallest; the way up mirrors it.
/// </summary>
/// <param name="Levels">Outermost first.</param>
/// <param name="Middle">The innermost blocks.</param>
/// <param name="ContextWidth">Of the text that attention reads.</param>
/// <param name="Resnet">Of residual blocks; the time width is filled in.</param>
public sealed record UnetConfig(int InChannels, int OutChannels, IReadOnlyList<UnetLevel> Levels, UnetMiddle Middle,
    int ContextWidth, UnetConditioning Conditioning, ResnetOptions Resnet)
{
    /// <summary>Whether images are taken from 0…1 to −1…1 first.</summary>
    public bool CentersInput { get; init; }

    /// <summary>
    /// Side of the squares of pixels that the network sees as one, their channels beside each other: 1 in published
    /// networks; small networks of pixels afford no more than a few hundred places.
    /// </summary>
    public int Patch { get; init; } = 1;

    /// <summary>Channels of pixels in front of one more convolution, which closes the seams of patches; null is none.</summary>
    public int? SeamChannels { get; init; }

    public int KernelIn { get; init; } = 3;

    public int KernelOut { get; init; } = 3;

    /// <summary>Whether attention's projections in and out are stored as linear layers.</summary>
    public bool HasLinearProjections { get; init; }

    /// <summary>What strided convolutions are padded with on the way down.</summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary>Norm over the text in joint attention.</summary>
    public ContextNorm ContextNorm { get; init; }

    /// <summary>(height, width) that the model was made for, in what it sees: latents, where there is an autoencoder.</summary>
    public (int Height, int Width)? SampleSize { get; init; }
}

/// <summary>One resolution of a U-Net.</summary>
/// <param name="Down">What the way down is made of.</param>
/// <param name="Up">What the way up is made of.</param>
/// <param name="Layers">Residual blocks on the way down; one more on the way up.</param>
/// <param name="Attention">
/// Heads of the transformers, or the width of a head in joint attention: published configurations mean one or the other by
/// the same key.
/// </param>
/// <param name="TransformerLayers">Blocks in each transformer.</param>
/// <param name="OnlyCross">Whether pixels read the text only, not each other.</param>
/// <param name="ContextWidth">Of the text here.</param>
public sealed record UnetLevel(int Channels, LevelKind Down, LevelKind Up, int Layers, int Attention,
    int TransformerLayers, bool OnlyCross, int ContextWidth);

/// <summary>What a level's blocks are.</summary>
/// <param name="Attention">What follows each residual block.</param>
/// <param name="ResizesByResnet">Whether a residual block changes the size, instead of a convolution.</param>
public readonly record struct LevelKind(AttentionKind Attention, bool ResizesByResnet);

public enum AttentionKind
{
    None,

    /// <summary><see cref="SpatialTransformer"/>.</summary>
    Transformer,

    /// <summary><see cref="JointAttention"/>.</summary>
    Joint,
}

/// <summary>The blocks between the way down and the way up.</summary>
/// <param name="OutputScale">Divides the sums of its residual blocks.</param>
public sealed record UnetMiddle(AttentionKind Attention, bool OnlyCross, double OutputScale);

/// <summary>What the blocks learn besides the images.</summary>
/// <param name="SignalWidth">Of the sinusoids of the time.</param>
/// <param name="Width">Of the embedding.</param>
/// <param name="CosineFirst">Whether the sinusoids' cosines come first.</param>
/// <param name="FrequencyShift">Subtracted from their number in the step of the frequencies.</param>
/// <param name="Activation">Between the two layers of the time's embedding.</param>
/// <param name="FinalActivation">Of the whole embedding, if any.</param>
public sealed record UnetConditioning(int SignalWidth, int Width, bool CosineFirst, double FrequencyShift,
    Activation Activation, Activation? FinalActivation)
{
    /// <summary>Whether a second time, such as the noise level of a small picture, is embedded as the first.</summary>
    public bool HasLevelSignal { get; init; }

    /// <summary>Numbers of classes or noise levels that have an embedding each.</summary>
    public int? Classes { get; init; }

    /// <summary>Width of the text as it is given, where it is projected to the context's width.</summary>
    public int? TextWidth { get; init; }

    /// <summary>Heads of the attention that pools the text into the embedding, if it does.</summary>
    public int? PoolingHeads { get; init; }
}
