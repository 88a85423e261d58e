using SuTI.Engine;
using SuTI.Engine.Layers;

namespace SuTI.Model.Text;

/// <summary>
/// The text tower of CLIP with its way into the space that texts and images share: <c>CLIPTextModelWithProjection</c>
/// of the transformers library.
/// </summary>
public sealed class ClipTextProjector
{
    readonly Linear _projection;

    /// <param name="p">Declares text_model.… and text_projection.weight.</param>
    public ClipTextProjector(ParameterScope p, ClipTextConfig config)
    {
        Encoder = new(p, config);
        _projection = new(p["text_projection"], config.Sizes.Width, config.ProjectionWidth, bias: false);
    }

    public ClipTextEncoder Encoder { get; }

    /// <inheritdoc cref="ClipTextEncoder.ParameterPath"/>
    public static string? ParameterPath(string checkpointKey)
        => checkpointKey == "text_projection.weight" ? checkpointKey : ClipTextEncoder.ParameterPath(checkpointKey);

    /// <summary>One vector for each text, not normalised.</summary>
    /// <inheritdoc cref="ClipTextEncoder.Forward"/>
    /// <returns>(N, projection width)</returns>
    public Tensor Forward(Tensor ids, Tensor? mask = null, DType? dtype = null)
    {
        using var scope = TensorScope.Open("clip text");
        return scope.Keep(Project(Encoder.Forward(ids, mask, dtype: dtype), ids));
    }

    /// <summary>The same from states that are there already.</summary>
    /// <param name="states">(N, L, width): what <see cref="ClipTextEncoder.Forward"/> returned.</param>
    /// <param name="ids">(N, L)</param>
    /// <returns>(N, projection width)</returns>
    public Tensor Project(Tensor states, Tensor ids) => _projection.Forward(Encoder.Pool(states, ids));
}
