using SuTI.Engine;
using SuTI.Model.Diffusion;
using SuTI.Model.Imaging;

namespace SuTI.Model.Subjects;

/// <summary>Pictures of one subject, to be drawn.</summary>
public sealed record SubjectRequest(string Prompt)
{
    /// <summary>Demonstrations that are read, at most; 0 draws from the prompt alone.</summary>
    public int Demonstrations { get; init; } = 4;

    /// <summary>Pictures.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Of the first picture; each further one has the next.</summary>
    public ulong Seed { get; init; }

    public int Steps { get; init; } = SubjectSampling.UsualSteps;

    /// <summary>How much prompt and demonstrations together are strengthened; 1 is not at all.</summary>
    public double Guidance { get; init; } = SubjectSampling.UsualGuidance;

    /// <summary>
    /// How much demonstrations are strengthened by themselves; null leaves that to <see cref="Guidance"/>. With it, steps strengthen the
    /// prompt or the demonstrations by chance (<see cref="InterleavedGuidance"/>).
    /// </summary>
    public double? SubjectGuidance { get; init; }

    /// <summary>With <see cref="SubjectGuidance"/>: the share of the steps that strengthen the prompt.</summary>
    public double Interleave { get; init; } = 0.5;

    /// <summary>See <see cref="SubjectSampling"/>.</summary>
    public double Temperature { get; init; } = SubjectSampling.UsualTemperature;

    /// <inheritdoc cref="SubjectSampling.Eta"/>
    public double Eta { get; init; } = SubjectSampling.UsualEta;

    /// <summary>What is done with photographs that are not square.</summary>
    public PictureFit Fit { get; init; } = PictureFit.Letterbox;

    internal SubjectSampling Sampling()
        // Which steps strengthen what is the same for all seeds: pictures drawn together are guided together, and yet each is what it is alone.
        => new(Steps, SubjectGuidance is { } subject ? new InterleavedGuidance(Guidance, subject, Interleave) : new ClassifierFreeGuidance(Guidance), Temperature)
        {
            Eta = Eta,
        };

    /// <exception cref="SutiException">A number out of its range.</exception>
    internal void Check()
    {
        if (string.IsNullOrWhiteSpace(Prompt))
            throw new SutiException("subject", "needs a prompt", "what the subject does, and where", "nothing");
        Range("demonstrations", Demonstrations, 0, 8);
        Range("count", Count, 1, 10_000);
        Range("steps", Steps, 1, 1000);
        SubjectSampling.CheckShare("subject", "temperature", Temperature);
        SubjectSampling.CheckShare("subject", "eta", Eta);
        foreach (double guidance in (double[])[Guidance, SubjectGuidance ?? 1])
        {
            if (!double.IsFinite(guidance))
                throw new SutiException("subject", "guidance is a number", "a finite one", FormattableString.Invariant($"{guidance}"));
        }
        SubjectSampling.CheckShare("subject", "interleave", Interleave);
    }

    static void Range(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new SutiException("subject", $"{name} is out of range", FormattableString.Invariant($"{least} to {most}"), FormattableString.Invariant($"{value}"));
    }
}
