using SuTI.Model.Diffusion;
using SuTI.Model.Text;
using SuTI.Model.Unet;

namespace SuTI.Model.Subjects;

/// <summary>The shape of a model that draws pixels from a prompt and, if it is an apprentice, from demonstrations.</summary>
/// <param name="Text">Its text encoder, trained with it.</param>
/// <param name="Apprentice">Null in a model of text alone.</param>
/// <param name="Prediction">What the U-Net says of a noisy picture.</param>
public sealed record SubjectModelConfig(ClipTextConfig Text, UnetConfig Unet, ApprenticeConfig? Apprentice,
    PredictionType Prediction = PredictionType.Sample)
{
    /// <summary>Of the cosine schedule in continuous time; see <see cref="CosineNoiseSchedule"/>.</summary>
    public double ScheduleOffset { get; init; }

    /// <inheritdoc cref="ScheduleOffset"/>
    public double ScheduleFiner { get; init; } = 1;
}
