using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Vision;

/// <summary>
/// The image tower of CLIP with its way into the space that texts and images share:
/// <c>CLIPVisionModelWithProjection</c> of the transformers library.
/// </summary>
public sealed class ClipVisionProjector
{
    readonly Linear _projection;

    /// <param name="p">Declares vision_model.… and visual_projection.weight.</param>
    public ClipVisionProjector(ParameterScope p, ClipVisionConfig config)
    {
        Encoder = new(p, config);
        _projection = new(p["visual_projection"], config.Sizes.Width, config.ProjectionWidth, bias: false);
    }

    public ClipVisionEncoder Encoder { get; }

    /// <inheritdoc cref="ClipVisionEncoder.ParameterPath"/>
    public static string? ParameterPath(string checkpointKey)
        => checkpointKey == "visual_projection.weight" ? checkpointKey
            : ClipVisionEncoder.ParameterPath(checkpointKey);

    /// <summary>One vector for each image, not normalised.</summary>
    /// <inheritdoc cref="ClipVisionEncoder.Forward"/>
    /// <returns>(N, projection width)</returns>
    public Tensor Forward(Tensor images)
    {
        using var scope = TensorScope.Open("clip vision");
        return scope.Keep(Project(Encoder.Forward(images)));
    }

    /// <summary>The same from states that are there already.</summary>
    /// <param name="states">(N, 1 + patches, width): what <see cref="ClipVisionEncoder.Forward"/> returned.</param>
    /// <returns>(N, projection width)</returns>
    public Tensor Project(Tensor states) => _projection.Forward(Encoder.Pool(states));
}
