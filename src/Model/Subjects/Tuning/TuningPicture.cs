using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects;

/// <summary>A picture of the subject that a model is tuned to.</summary>
/// <param name="Caption">What it shows, as a prompt would say it.</param>
public sealed record TuningPicture(Image Image, string Caption);
