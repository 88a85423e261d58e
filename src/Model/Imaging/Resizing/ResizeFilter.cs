namespace SuTI.Model.Imaging;

/// <summary>Pillow's filters for resizing; all but the first widen their support when a picture gets smaller.</summary>
public enum ResizeFilter
{
    /// <summary>The pixel that the middle of the new one falls on.</summary>
    Nearest,

    /// <summary>The mean of the pixels covered.</summary>
    Box,

    /// <summary>A triangle, support 1.</summary>
    Bilinear,

    /// <summary>A Hamming-windowed sinc, support 1.</summary>
    Hamming,

    /// <summary>Keys' cubic with a = -0.5, support 2.</summary>
    Bicubic,

    /// <summary>A sinc-windowed sinc, support 3.</summary>
    Lanczos,
}
