namespace SuTI.Model.Imaging;

/// <summary>Where a centred part begins when the margin is odd; published libraries differ.</summary>
public enum CentreRounding
{
    /// <summary>margin / 2 rounded down (transformers).</summary>
    Down,

    /// <summary>margin / 2 rounded to the nearest even number (torchvision).</summary>
    HalfToEven,
}
