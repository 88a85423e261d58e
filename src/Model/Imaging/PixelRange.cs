namespace SuTI.Model.Imaging;

/// <summary>What black and white are in a tensor.</summary>
public enum PixelRange
{
    /// <summary>0 and 1.</summary>
    ZeroToOne,

    /// <summary>-1 and 1, as diffusion models and autoencoders take pixels.</summary>
    MinusOneToOne,
}
