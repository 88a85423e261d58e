using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Transformers;

namespace SuTI.Model.Vision;

/// <summary>
/// A vision transformer (Dosovitskiy et al., An Image is Worth 16x16 Words, 2021), whose class token is the image
/// feature that DINO measures by (Caron et al., Emerging Properties in Self-Supervised Vision Transformers, 2021).
/// Parameters are named as in <c>ViTModel</c> of the transformers library; <see cref="DinoCheckpoint"/> reads the names
/// of the original.
/// </summary>
public sealed class VitModel
{
    const string Network = "vit";

    readonly Parameter _class, _positions;
    readonly PatchEmbedding _patches;
    readonly TransformerStack _layers;
    readonly LayerNorm _norm;
    readonly Linear? _pooler;

    /// <param name="p">Declares embeddings.…, encoder.…, layernorm.…, and pooler.dense.… if there is one.</param>
    /// <param name="initialDeviation">Standard deviation of the first class token and positions; the paper's by default.</param>
    public VitModel(ParameterScope p, VitConfig config, double initialDeviation = 0.02)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        var embeddings = p["embeddings"];
        int width = config.Sizes.Width, grid = config.ImageSize / config.PatchSize;
        var initial = Initialiser.Normal(initialDeviation);
        _class = embeddings.Declare("cls_token", [1, 1, width], initial);
        _positions = embeddings.Declare("position_embeddings", [1, checked((grid * grid) + 1), width], initial);
        _patches = new(embeddings["patch_embeddings.projection"], Network, config.Channels, width, config.PatchSize,
            bias: true);
        _layers = new(p["encoder.layer"], BlockNames.Vit, config.Sizes);
        _norm = new(p["layernorm"], width, config.Sizes.NormEpsilon);
        _pooler = config.HasPooler ? new(p["pooler.dense"], width, width) : null;
    }

    public VitConfig Config { get; }

    /// <summary>
    /// From a key of a checkpoint to a path below the scope. Null for heads, for the token of masked patches and for
    /// the pooler: <see cref="ParameterPathWithPooler"/> keeps that.
    /// </summary>
    public static string? ParameterPath(string checkpointKey)
        => ParameterPathWithPooler(checkpointKey) is { } path && !path.StartsWith("pooler.", StringComparison.Ordinal)
            ? path : null;

    /// <summary>From a key of a checkpoint to a path below the scope, for a network with a pooler.</summary>
    public static string? ParameterPathWithPooler(string checkpointKey)
    {
        ArgumentNullException.ThrowIfNull(checkpointKey);
        const string inside = "vit.";
        string path = checkpointKey.StartsWith(inside, StringComparison.Ordinal) ? checkpointKey[inside.Length..]
            : checkpointKey;
        bool isOther = path is "embeddings.mask_token" || path.StartsWith("classifier.", StringComparison.Ordinal)
            || path.StartsWith("decoder.", StringComparison.Ordinal)
            || path.StartsWith("head.", StringComparison.Ordinal);
        return isOther ? null : path;
    }

    /// <summary>The state of each token, normed: first the class token, then the patches row by row.</summary>
    /// <param name="images">
    /// (N, H, W, channels), normalised; sides that are multiples of the patch. Their type is computed in. Of another
    /// size than the configured one, positions are interpolated.
    /// </param>
    /// <returns>(N, 1 + patches, width)</returns>
    /// <exception cref="ShapeException">Images that do not divide into patches, or with other channels.</exception>
    public Tensor Forward(Tensor images)
    {
        using var scope = TensorScope.Open(Network);
        return scope.Keep(_norm.Forward(_layers.Forward(Embed(images), keyMask: null, _layers.Layers)));
    }

    /// <summary>The class token's state, normed: the image feature.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>(N, width)</returns>
    public Tensor Feature(Tensor images)
    {
        using var scope = TensorScope.Open(Network);
        var states = _layers.Forward(Embed(images), keyMask: null, _layers.Layers);
        return scope.Keep(_norm.Forward(states.Slice(1, 0, 1).Reshape(states.Shape[0], -1)));
    }

    /// <summary>The embedded class token and patches, then the state after each layer; none of them normed.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>One more than there are layers, each (N, 1 + patches, width).</returns>
    public IReadOnlyList<Tensor> HiddenStates(Tensor images)
    {
        using var scope = TensorScope.Open(Network);
        return [.. _layers.States(Embed(images), keyMask: null).Select(scope.Keep)];
    }

    /// <summary>The last norm, for one of the <see cref="HiddenStates"/>.</summary>
    /// <param name="state">(N, 1 + patches, width)</param>
    public Tensor Normalise(Tensor state) => _norm.Forward(state);

    /// <summary>How much each token looks at each other one in the last layer.</summary>
    /// <inheritdoc cref="Forward"/>
    /// <returns>(N, heads, 1 + patches, 1 + patches): rows of queries, which add up to 1.</returns>
    public Tensor LastAttention(Tensor images)
    {
        using var scope = TensorScope.Open(Network);
        var before = _layers.Forward(Embed(images), keyMask: null, _layers.Layers - 1);
        return scope.Keep(_layers.LastAttentionWeights(before));
    }

    /// <summary>tanh of a layer over the class token.</summary>
    /// <param name="states">(N, 1 + patches, width): what <see cref="Forward"/> returned.</param>
    /// <returns>(N, width)</returns>
    /// <exception cref="SutiException">The network has no pooler.</exception>
    public Tensor Pool(Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        if (_pooler is null)
            throw new SutiException(Network, "was built without a pooler", "a configuration with one", "none");
        using var scope = TensorScope.Open(Network);
        return scope.Keep(_pooler.Forward(states.Slice(1, 0, 1).Reshape(states.Shape[0], -1)).Tanh());
    }

    Tensor Embed(Tensor images)
    {
        var (patches, rows, columns) = _patches.Forward(images);
        var first = _class.Value.Cast(images.DType).Expand([images.Shape[0], 1, Config.Sizes.Width]);
        var positions = PositionGrid.For(_positions.Value, Config.ImageSize / Config.PatchSize, rows, columns);
        return Tensor.Concat(1, first, patches) + positions.Cast(images.DType);
    }
}
