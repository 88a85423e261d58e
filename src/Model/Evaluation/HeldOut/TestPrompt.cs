using SuTI.Model.World;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>A prompt whose truth is known.</summary>
/// <param name="Kind">One of <see cref="TestPrompts.Kinds"/>.</param>
/// <param name="Text">Names the class alone: the demonstrations say which one it is.</param>
/// <param name="Request">What the world draws of it.</param>
/// <param name="Scene">The prompt in every scene.</param>
/// <param name="Attribute">The prompt with everything of its kind, and with nothing of it; null of a prompt of kind context.</param>
public sealed record TestPrompt(string Kind, string Text, WorldRequest Request, TextChoice Scene, TextChoice? Attribute);

/// <summary>Texts of which one is right.</summary>
/// <param name="Right">Its position.</param>
public sealed record TextChoice(IReadOnlyList<string> Texts, int Right)
{
    /// <summary>How often a blind guess is right.</summary>
    public double Chance => 1.0 / Texts.Count;
}
