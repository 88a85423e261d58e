using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Transformers;

namespace SuTI.Model.Vision;

/// <summary>
/// The image tower of CLIP: patches behind a class token, a norm before and after pre-norm blocks (Radford et al.,
/// Learning Transferable Visual Models From Natural Language Supervision, 2021, section 2.4). Parameters are named as
/// in <c>CLIPVisionModel</c> of the transformers library, its misspelt pre_layrnorm included.
/// </summary>
public sealed class ClipVisionEncoder
{
    const string Network = "clip vision encoder";

    readonly Parameter _class, _positions;
    readonly PatchEmbedding _patches;
    readonly LayerNorm _normBefore, _normAfter;
    readonly TransformerStack _layers;

    /// <param name="p">Declares vision_model.…</param>
    public ClipVisionEncoder(ParameterScope p, ClipVisionConfig config)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        var model = p["vision_model"];
        var embeddings = model["embeddings"];
        int width = config.Sizes.Width, grid = config.ImageSize / config.PatchSize;
        var initial = Initialiser.Normal(1 / Math.Sqrt(width));
        _class = embeddings.Declare("class_embedding", [width], initial);
        _patches = new(embeddings["patch_embedding"], Network, config.Channels, width, config.PatchSize, bias: false);
        _positions = embeddings["position_embedding"].Declare("weight", [checked((grid * grid) + 1), width], initial);
        _normBefore = new(model["pre_layrnorm"], width, config.Sizes.NormEpsilon);
        _layers = new(model["encoder.layers"], BlockNames.Clip, config.Sizes);
        _normAfter = new(model["post_layernorm"], width, config.Sizes.NormEpsilon);
    }

    public ClipVisionConfig Config { get; }

    /// <summary>
    /// From a key of a checkpoint to a path below the scope. Null for buffers and for the other parts of a whole CLIP.
    /// </summary>
    public static string? ParameterPath(string checkpointKey)
    {
        ArgumentNullException.ThrowIfNull(checkpointKey);
        bool isOther = checkpointKey.EndsWith(".position_ids", StringComparison.Ordinal)
            || checkpointKey.StartsWith("text_model.", StringComparison.Ordinal)
            || checkpointKey is "visual_projection.weight" or "text_projection.weight" or "logit_scale";
        return isOther ? null : checkpointKey;
    }

    /// <summary>Each token after the last layer, not normed: first the class token, then the patches.</summary>
    /// <param name="images">(N, H, W, channels) of the configured size, normalised. Their type is computed in.</param>
    /// <returns>(N, 1 + patches, width)</returns>
    /// <exception cref="ShapeException">Images of another size or with other channels.</exception>
    public Tensor Forward(Tensor images)
    {
        using var scope = TensorScope.Open("clip vision");
        return scope.Keep(_layers.Forward(Embed(images), keyMask: null, _layers.Layers));
    }

    /// <summary>The embedded and normed patches, then the state after each layer.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>One more than there are layers, each (N, 1 + patches, width).</returns>
    public IReadOnlyList<Tensor> HiddenStates(Tensor images)
    {
        using var scope = TensorScope.Open("clip vision");
        return [.. _layers.States(Embed(images), keyMask: null).Select(scope.Keep)];
    }

    /// <summary>The class token's state, normed.</summary>
    /// <param name="states">(N, 1 + patches, width): what <see cref="Forward"/> returned.</param>
    /// <returns>(N, width)</returns>
    public Tensor Pool(Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        return _normAfter.Forward(states.Slice(1, 0, 1).Reshape(states.Shape[0], -1));
    }

    Tensor Embed(Tensor images)
    {
        var (patches, _, _) = _patches.Forward(images);
        if (images.Shape[1] != Config.ImageSize || images.Shape[2] != Config.ImageSize)
            throw new ShapeException(Network, "positions are of one size of image",
                $"{Config.ImageSize} × {Config.ImageSize}", $"{images.Shape[1]} × {images.Shape[2]}");
        var first = _class.Value.Cast(images.DType).Expand([images.Shape[0], 1, Config.Sizes.Width]);
        var x = Tensor.Concat(1, first, patches) + _positions.Value.Cast(images.DType);
        return _normBefore.Forward(x);
    }
}
