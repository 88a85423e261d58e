namespace SuTI.Model.Generation;

/// <summary>One picture to be made.</summary>
public sealed record PictureJob(string Prompt, ulong Seed)
{
    public string NegativePrompt { get; init; } = "";
}

/// <summary>What all pictures of a run have in common.</summary>
public sealed record PictureSettings
{
    /// <summary>Null is what the kind of model is usually sampled with.</summary>
    public int? Steps { get; init; }

    /// <inheritdoc cref="Steps"/>
    public double? Guidance { get; init; }

    /// <summary>One of <see cref="SamplerNames"/>.</summary>
    public string Sampler { get; init; } = SamplerNames.OfModel;

    /// <summary>Share of fresh noise in DDIM.</summary>
    public double Eta { get; init; }

    /// <summary>Pixels; null is what the model was made for.</summary>
    public int? Width { get; init; }

    /// <inheritdoc cref="Width"/>
    public int? Height { get; init; }

    /// <summary>Of the stage that enlarges.</summary>
    public StageSettings Enlarging { get; init; } = new(50, 4, SamplerNames.OfModel);

    /// <summary>Of the noise on what is enlarged.</summary>
    public int NoiseLevel { get; init; } = 250;

    /// <summary>Pictures that are made together. It changes memory and time, no picture.</summary>
    public int Batch { get; init; } = 1;
}
