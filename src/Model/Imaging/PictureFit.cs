namespace SuTI.Model.Imaging;

/// <summary>How a picture comes into a frame of other proportions.</summary>
public enum PictureFit
{
    /// <summary>Whole and undistorted, with bars at two sides.</summary>
    Letterbox,

    /// <summary>Undistorted and without bars; what does not fit is cut off evenly at two sides.</summary>
    Crop,

    /// <summary>Whole and without bars, its proportions changed.</summary>
    Squash,
}
