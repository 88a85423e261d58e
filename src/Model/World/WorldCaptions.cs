using SuTI.Model.World.Subjects;

namespace SuTI.Model.World;

/// <summary>
/// The language of the world, one small regular grammar:
/// <c>[style] [close-up of] a [colour] [pattern] NOUN [view] [accessory] [scene] [light] [occluder]</c>.
/// </summary>
public static class WorldCaptions
{
    static readonly string[] s_view = ["", " turned to the left", " turned to the right", " seen from above", " seen from below", "",
        " far away"];
    static readonly string[] s_light = ["", " in bright light", " in the evening", " at night", " under a spotlight", " in the fog"];
    static readonly string[] s_occluder = ["", " behind a bush", " behind a rock", " behind a box", " behind a fence", " behind a pole"];

    static readonly string[] s_pattern = ["", "striped", "banded", "dotted", "checked", "patched", "zigzag", "speckled", ""];

    /// <summary>Every phrase that captions are made of besides nouns, scenes, accessories, colours and styles.</summary>
    public static IReadOnlyList<string> Phrases { get; } =
        [.. s_view.Concat(s_light).Concat(s_occluder).Concat(s_pattern).Append("a close-up of").Select(phrase => phrase.Trim()).Where(phrase => phrase.Length > 0).Distinct()];

    /// <summary>The individual in words: <c>red striped robot</c>.</summary>
    public static string Describe(Subject subject, NamedColour? edit = null)
    {
        ArgumentNullException.ThrowIfNull(subject);
        string colour = edit?.Name ?? subject.ColourName, pattern = s_pattern[(int)subject.Pattern];
        string described = pattern.Length == 0 ? $"{colour} {subject.Class.Name}" : $"{colour} {pattern} {subject.Class.Name}";
        return subject.Sprite is null ? described : edit is null ? subject.Class.Name : $"{edit.Name} {subject.Class.Name}";
    }

    /// <param name="subject">Null: the scene alone.</param>
    /// <param name="request">What the picture shows.</param>
    /// <param name="isFull">Whether colour and pattern of the individual are named, or the class alone (and the colour of an edit).</param>
    public static string Write(Subject? subject, WorldRequest request, bool isFull)
    {
        ArgumentNullException.ThrowIfNull(request);
        string place = request.Scene.Phrase + s_light[(int)request.Lighting];
        string style = request.Style is { } drawing ? $"{drawing.Phrase} " : "";
        if (subject is null)
            return $"{style}an empty place {place}";
        string noun = isFull ? Describe(subject,
            request.Edit) : request.Edit is { } edit ? $"{edit.Name} {subject.Class.Name}" : subject.Class.Name;
        string near = request.View == View.CloseUp ? "a close-up of " : "";
        string worn = request.Accessory is { } accessory ? $" {accessory.Phrase}" : "";
        return $"{style}{near}{WithArticle(noun)}{s_view[(int)request.View]}{worn} {place}{s_occluder[(int)request.Occluder]}";
    }

    internal static string WithArticle(string noun) => "aeiou".Contains(noun[0], StringComparison.Ordinal) ? $"an {noun}" : $"a {noun}";
}
