using System.Text.Json;
using SuTI.Engine;
using SuTI.Model.Subjects;
using SuTI.Model.World;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>Which subjects are drawn in which scenes, and how: all routes get the same.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Names the world.</summary>
    public ulong WorldSeed { get; init; } = 1;

    /// <summary><see cref="WorldSplit.Subjects"/>: unseen individuals of known classes; <see cref="WorldSplit.Classes"/>: of unseen ones.</summary>
    public WorldSplit Split { get; init; } = WorldSplit.Subjects;

    public int Subjects { get; init; } = 30;

    /// <summary>Of each subject.</summary>
    public int Prompts { get; init; } = 10;

    /// <summary>Pictures of each prompt.</summary>
    public int Count { get; init; } = 2;

    /// <summary>Demonstrations that are drawn; a route reads as many of them as it is made for.</summary>
    public int Demonstrations { get; init; } = 5;

    /// <summary>Further pictures of each subject, which no route sees and all are measured against.</summary>
    public int References { get; init; } = 4;

    /// <summary>Other individuals of each subject's class, which its pictures must not be taken for.</summary>
    public int Decoys { get; init; } = 3;

    /// <summary>Sides of pictures, pixels.</summary>
    public int Size { get; init; } = 64;

    /// <summary>Of subjects, from 0, easy, to 1, hard: <see cref="PoseRange.Between"/>.</summary>
    public double Pose { get; init; }

    /// <summary>Of the sampler.</summary>
    public int Steps { get; init; } = SubjectSampling.UsualSteps;

    /// <summary>How much prompt and demonstrations are strengthened; 1 is not at all.</summary>
    public double Guidance { get; init; } = SubjectSampling.UsualGuidance;

    /// <summary>See <see cref="SubjectSampling"/>.</summary>
    public double Temperature { get; init; } = SubjectSampling.UsualTemperature;

    /// <summary>Of prompts and noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Pictures drawn together; it changes none of them.</summary>
    public int Batch { get; init; } = 8;

    /// <exception cref="SutiException">A number out of its range.</exception>
    public void Check()
    {
        if (Split is not (WorldSplit.Subjects or WorldSplit.Classes))
            throw new SutiException("evaluation", "is of subjects that nothing has learnt from", "subjects or classes", $"{Split}");
        Range("subjects", Subjects, 2, 10_000);
        Range("prompts", Prompts, 1, 100);
        Range("count", Count, 1, 64);
        Range("demonstrations", Demonstrations, 1, 8);
        Range("references", References, 1, 64);
        Range("decoys", Decoys, 0, 64);
        Range("size", Size, SubjectWorld.SmallestSize, SubjectWorld.LargestSize);
        Range("steps", Steps, 1, 1000);
        Range("batch", Batch, 1, 1024);
        if (!(Pose is >= 0 and <= 1))
            throw new SutiException("evaluation", "pose is a share", "0 to 1", FormattableString.Invariant($"{Pose}"));
        SubjectSampling.CheckShare("evaluation", "temperature", Temperature);
        if (!double.IsFinite(Guidance))
            throw new SutiException("evaluation", "guidance is a number", null, FormattableString.Invariant($"{Guidance}"));
    }

    /// <summary>Seed of a picture's noise.</summary>
    internal ulong Noise(int subject, int prompt, int copy)
        => unchecked((Seed << 40) + ((ulong)subject << 20) + ((ulong)prompt << 8) + (ulong)copy);

    /// <summary>All that results depend on: not the batch.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("world_seed", WorldSeed);
        json.WriteString("split", Split == WorldSplit.Classes ? "classes" : "subjects");
        json.WriteNumber("subjects", Subjects);
        json.WriteNumber("prompts", Prompts);
        json.WriteNumber("count", Count);
        json.WriteNumber("demonstrations", Demonstrations);
        json.WriteNumber("references", References);
        json.WriteNumber("decoys", Decoys);
        json.WriteNumber("size", Size);
        json.WriteNumber("pose", Pose);
        json.WriteNumber("steps", Steps);
        json.WriteNumber("guidance", Guidance);
        json.WriteNumber("temperature", Temperature);
        json.WriteNumber("eta", SubjectSampling.UsualEta);
        json.WriteNumber("seed", Seed);
    }

    static void Range(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new SutiException("evaluation", $"{name} is out of range", FormattableString.Invariant($"{least} to {most}"), FormattableString.Invariant($"{value}"));
    }
}
