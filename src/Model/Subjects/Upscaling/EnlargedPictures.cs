using SuTI.Engine;
using SuTI.Model.Diffusion;

namespace SuTI.Model.Subjects;

/// <summary>Small pictures enlarged, to which details are drawn.</summary>
/// <param name="Pixels">(N, H, W, 3)</param>
/// <param name="Coarse">
/// (N, H, W, 3), as details are scaled: what enlarging from a quarter of the pixels would have left out. Fine details go on from there, and beside
/// the colours of pictures they would be too faint to be learnt from.
/// </param>
/// <param name="Levels">Of the noise that they had been given: times of the cosine schedule, one for each.</param>
/// <param name="Deviations">Of details, one for each.</param>
public sealed record EnlargedPictures(Tensor Pixels, Tensor Coarse, IReadOnlyList<double> Levels, IReadOnlyList<double> Deviations)
{
    /// <summary>What is missing from the large pictures, of about unit variance.</summary>
    /// <param name="large">(N, H, W, 3) of −1…1.</param>
    public Tensor Details(Tensor large)
    {
        ArgumentNullException.ThrowIfNull(large);
        using var scope = TensorScope.Open("details");
        return scope.Keep((large - Pixels) / PerSample());
    }

    /// <summary>The pictures with these details.</summary>
    /// <param name="details">(N, H, W, 3)</param>
    public Tensor With(Tensor details)
    {
        ArgumentNullException.ThrowIfNull(details);
        using var scope = TensorScope.Open("details");
        return scope.Keep(Pixels + (details * PerSample()));
    }

    Tensor PerSample() => NoiseSchedule.PerSample([.. Deviations], Pixels);
}
