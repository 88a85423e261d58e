using SuTI.Engine;
using SuTI.Model.Diffusion;

namespace SuTI.Model.Subjects;

/// <summary>How pictures of subjects are sampled.</summary>
/// <param name="Steps">Of the sampler.</param>
/// <param name="Guidance">How conditions are strengthened.</param>
/// <param name="Temperature">
/// What noise is multiplied by before a picture is begun (Kingma and Dhariwal, Glow, 2018, section 6, there of a flow). A network that tells noise from subject
/// badly is led astray by all of it: with less, pictures are smoother and nearer to what it expects, and those of several seeds nearer to each
/// other. 1 draws from what was learnt, as it is; a large network needs nothing else.
/// </param>
public sealed record SubjectSampling(int Steps, Guidance Guidance, double Temperature)
{
    /// <summary>What is used unless something else is asked for.</summary>
    public const int UsualSteps = 20;

    /// <inheritdoc cref="UsualSteps"/>
    public const double UsualGuidance = 2, UsualTemperature = 0.6, UsualEta = 1;

    /// <summary>How much of its noise a step draws anew (<see cref="DdimSampler"/>). A step that draws mends what those before it decided wrongly.</summary>
    public double Eta { get; init; } = UsualEta;

    /// <param name="guidance">Of prompt and demonstrations together; 1 is none.</param>
    public static SubjectSampling Of(int steps, double guidance, double temperature) => new(steps, new ClassifierFreeGuidance(guidance), temperature);

    /// <exception cref="SutiException">Not 0 to 1.</exception>
    internal static void CheckShare(string what, string name, double value)
    {
        if (!(value is >= 0 and <= 1))
            throw new SutiException(what, $"{name} is out of range", "0 to 1", FormattableString.Invariant($"{value}"));
    }
}
