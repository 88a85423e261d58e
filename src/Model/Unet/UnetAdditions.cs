using SuTI.Engine;

namespace SuTI.Model.Unet;

/// <summary>What a network around a U-Net adds to it.</summary>
/// <param name="Embedding">(N, width of the conditioning), added to the embedding of the time.</param>
/// <param name="Read">
/// Called once a level on the way up, with the level, counted from the largest images, and its images (N, H, W, C); gives
/// images of that shape.
/// </param>
public sealed record UnetAdditions(Tensor? Embedding = null, Func<int, Tensor, Tensor>? Read = null);
