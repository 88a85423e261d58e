using SuTI.Model.Diffusion;
using SuTI.Model.Text;
using SuTI.Model.Unet;

namespace SuTI.Model.Subjects;

/// <summary>The shape of a model that draws pictures twice as large.</summary>
/// <param name="Unet">From details and enlarged pictures, 6 channels, to details, 3; its sample size is that of large pictures.</param>
/// <param name="Text">Its text encoder; null where it reads no text.</param>
/// <param name="Prediction">What the U-Net says of noisy details.</param>
/// <param name="Deviation">Of what bicubic enlarging leaves out, pixels being −1…1: details are divided by it.</param>
/// <param name="LargestAugmentation">Up to which level the noise on small pictures was learnt, a time of the cosine schedule.</param>
public sealed record UpscalerConfig(UnetConfig Unet, ClipTextConfig? Text, PredictionType Prediction, double Deviation, double LargestAugmentation);
