namespace SuTI.Model.Evaluation;

/// <summary>Texts to vectors of length 1 in the space of a model's pictures.</summary>
public interface ITextEmbedder
{
    /// <inheritdoc cref="IImageEmbedder.Digest"/>
    string Digest { get; }

    /// <summary>Numbers of a vector.</summary>
    int Width { get; }

    /// <summary>One vector of length 1 for each text; what a model cannot read of a long text is left out.</summary>
    float[][] EmbedTexts(IReadOnlyList<string> texts);
}
