using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Text;

namespace SuTI.Model.Vision;

/// <summary>What a batch of texts has to do with a batch of images.</summary>
/// <param name="TextEmbeddings">(T, projection width), of length 1.</param>
/// <param name="ImageEmbeddings">(I, projection width), of length 1.</param>
/// <param name="LogitsPerText">(T, I): cosines, scaled. Per image they are its transpose.</param>
public sealed record ClipResult(Tensor TextEmbeddings, Tensor ImageEmbeddings, Tensor LogitsPerText)
{
    /// <summary>(I, T)</summary>
    public Tensor LogitsPerImage => LogitsPerText.Transpose();
}

/// <summary>
/// Both towers of CLIP and the scale of their cosines: <c>CLIPModel</c> of the transformers library.
/// </summary>
public sealed class ClipModel
{
    // log(1 / 0.07), where training began.
    const double FirstLogScale = 2.6592;

    readonly Parameter _logScale;

    /// <param name="p">
    /// Declares text_model.…, text_projection.weight, vision_model.…, visual_projection.weight and logit_scale.
    /// </param>
    public ClipModel(ParameterScope p, ClipConfig config)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentNullException.ThrowIfNull(config);
        Text = new(p, config.Text with { ProjectionWidth = config.ProjectionWidth });
        Vision = new(p, config.Vision with { ProjectionWidth = config.ProjectionWidth });
        _logScale = p.Declare("logit_scale", Shape.Scalar, Initialiser.Constant(FirstLogScale));
    }

    public ClipTextProjector Text { get; }

    public ClipVisionProjector Vision { get; }

    /// <summary>From a key of a checkpoint to a path below the scope; null for buffers.</summary>
    public static string? ParameterPath(string checkpointKey)
    {
        ArgumentNullException.ThrowIfNull(checkpointKey);
        return checkpointKey.EndsWith(".position_ids", StringComparison.Ordinal) ? null : checkpointKey;
    }

    /// <summary>One vector of length 1 for each text, f32 where halves are computed in.</summary>
    /// <inheritdoc cref="ClipTextEncoder.Forward"/>
    /// <returns>(T, projection width)</returns>
    public Tensor EmbedTexts(Tensor ids, Tensor? mask = null, DType? dtype = null)
    {
        using var scope = TensorScope.Open("clip texts");
        return scope.Keep(Unit(Text.Forward(ids, mask, dtype)));
    }

    /// <summary>One vector of length 1 for each image, f32 where halves are computed in.</summary>
    /// <inheritdoc cref="ClipVisionEncoder.Forward"/>
    /// <returns>(I, projection width)</returns>
    public Tensor EmbedImages(Tensor images)
    {
        using var scope = TensorScope.Open("clip images");
        return scope.Keep(Unit(Vision.Forward(images)));
    }

    /// <param name="ids">(T, L); computed in the type of the images.</param>
    /// <param name="images">(I, H, W, channels)</param>
    /// <param name="mask">(T, L), 0 hides a token.</param>
    public ClipResult Forward(Tensor ids, Tensor images, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = TensorScope.Open("clip");
        Tensor texts = EmbedTexts(ids, mask, images.DType), pictures = EmbedImages(images);
        var logits = texts.MatMul(pictures.Transpose()) * _logScale.Value.Exp();
        return new(scope.Keep(texts), scope.Keep(pictures), scope.Keep(logits));
    }

    /// <summary>
    /// The symmetric contrastive loss: how badly each text finds its own image among all, and each image its text.
    /// Source: Radford et al. (2021), figure 3.
    /// </summary>
    /// <param name="result">Of as many texts as images, which belong together in this order.</param>
    /// <returns>A single number.</returns>
    /// <exception cref="ShapeException">Not as many texts as images.</exception>
    public static Tensor ContrastiveLoss(ClipResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var logits = result.LogitsPerText;
        if (logits.Shape[0] != logits.Shape[1])
            throw new ShapeException("clip loss", "texts and images come in pairs", "as many texts as images",
                $"{logits.Shape[0]} and {logits.Shape[1]}");
        using var scope = TensorScope.Open("clip loss");
        long[] own = [.. Enumerable.Range(0, logits.Shape[0]).Select(i => (long)i)];
        var targets = Tensor.From(own, [own.Length], logits.Device);
        return scope.Keep((logits.CrossEntropy(targets) + logits.Transpose().CrossEntropy(targets)) * 0.5);
    }

    static Tensor Unit(Tensor x) => x.Cast(x.DType.Accumulator()).L2Normalize();
}
