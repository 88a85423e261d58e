namespace SuTI.Model.Subjects.Prompts;

/// <summary>How many prompts a cluster gets, and how they call its subject.</summary>
public sealed record PromptOptions
{
    /// <summary>Prompts of each kind for training.</summary>
    public int EachKind { get; init; } = 1;

    /// <summary>Prompts for evaluation, of combinations that no training prompt has.</summary>
    public int HeldOut { get; init; }

    /// <summary>Whether prompts name the class alone (a robot) and not the whole subject text (a red striped robot).</summary>
    public bool NamesClass { get; init; }

    /// <summary>The same seed gives the same prompts, cluster by cluster.</summary>
    public ulong Seed { get; init; } = 1;

    internal string Settings(string templates)
        => FormattableString.Invariant($$"""{"templates":"{{templates}}","each_kind":{{EachKind}},"held_out":{{HeldOut}},"names_class":{{(NamesClass ? "true" : "false")}},"seed":{{Seed}}}""");
}
