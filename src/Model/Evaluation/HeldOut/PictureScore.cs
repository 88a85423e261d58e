namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>The scores of one picture.</summary>
/// <param name="Prompt">Position of its prompt.</param>
/// <param name="Kind">Of the prompt.</param>
/// <param name="Dino">Mean cosine of its DINO feature and those of the subject's references.</param>
/// <param name="ClipI">The same of CLIP.</param>
/// <param name="ClipT">Cosine of picture and prompt in CLIP.</param>
/// <param name="Identity">Whether its <see cref="Dino"/> is above that of every other subject of the evaluation.</param>
/// <param name="IdentityInClass">The same among individuals of its class.</param>
/// <param name="Scene">Whether CLIP finds its prompt nearer than the same in any other scene.</param>
/// <param name="Attribute">The same of colours, styles, accessories or views; null where none was asked for.</param>
public sealed record PictureScore(int Prompt, string Kind, double Dino, double ClipI, double ClipT, bool Identity, bool IdentityInClass,
    bool Scene, bool? Attribute)
{
    /// <summary>Names of all scores, as files and tables have them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["dino", "clip_i", "clip_t", "identity", "identity_class", "scene", "attribute"];

    /// <summary>A score by its name, a verdict as 0 or 1; null where there is none.</summary>
    public double? Value(string name) => name switch
    {
        "dino" => Dino,
        "clip_i" => ClipI,
        "clip_t" => ClipT,
        "identity" => Identity ? 1 : 0,
        "identity_class" => IdentityInClass ? 1 : 0,
        "scene" => Scene ? 1 : 0,
        "attribute" => Attribute is { } right ? right ? 1 : 0 : null,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such score"),
    };
}
