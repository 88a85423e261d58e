using SuTI.Engine;

namespace SuTI.Model.Generation;

/// <summary>How a model is opened for pictures.</summary>
public sealed record TextToImageOptions
{
    /// <summary>By default the processor.</summary>
    public Device? Device { get; init; }

    /// <summary>What networks compute in and weights are kept in.</summary>
    public DType Precision { get; init; } = DType.Float32;

    /// <summary>Of the weight files, as fp16 in model.fp16.safetensors.</summary>
    public string? Variant { get; init; }

    /// <summary>A model that enlarges what the first one makes: the second stage of DeepFloyd-IF.</summary>
    public string? Enlarger { get; init; }
}
