using SuTI.Model.Imaging;

namespace SuTI.Model.Evaluation;

/// <summary>Pictures to vectors of length 1, whose cosines say how alike pictures are.</summary>
public interface IImageEmbedder
{
    /// <summary>Tells models apart: results of another digest are never mixed with these.</summary>
    string Digest { get; }

    /// <summary>Numbers of a vector.</summary>
    int Width { get; }

    /// <summary>The picture as the network sees it: small, so that many can be held. To be given to <see cref="EmbedPrepared"/>.</summary>
    Image Prepare(Image image);

    /// <summary>One vector of length 1 for each picture that <see cref="Prepare"/> gave.</summary>
    float[][] EmbedPrepared(IReadOnlyList<Image> prepared);

    /// <summary>One vector of length 1 for each picture.</summary>
    float[][] EmbedImages(IReadOnlyList<Image> images) => EmbedPrepared([.. images.Select(Prepare)]);
}
