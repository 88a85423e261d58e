using SuTI.Engine;

namespace SuTI.Model.Unet;

/// <summary>What follows a residual block where images read the text.</summary>
public interface IPixelAttention
{
    /// <param name="x">(N, H, W, channels)</param>
    /// <param name="context">(N, K, contextWidth)</param>
    /// <param name="mask">(N, K), bool: false hides a token; null shows all.</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    Tensor Forward(Tensor x, Tensor context, Tensor? mask);
}
