using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

/// <summary>Draws a subject of one class into an empty figure, its colours as they are after an edit.</summary>
delegate void BuildFigure(Figure figure, Coat coat);

/// <summary>A kind of subject.</summary>
public sealed class SubjectClass
{
    static readonly Pattern[] s_animal = [Pattern.Plain, Pattern.Plain, Pattern.Patched, Pattern.Striped, Pattern.Dotted, Pattern.Speckled];
    static readonly Pattern[] s_thing = [Pattern.Plain, Pattern.Striped, Pattern.Banded, Pattern.Dotted, Pattern.Checked, Pattern.Zigzag];

    internal SubjectClass(string name, string family, BuildFigure build) => (Name, Family, Build) = (name, family, build);

    /// <summary>The noun of captions.</summary>
    public string Name { get; }

    /// <summary>What it is a kind of: mammal, bird, vehicle, …</summary>
    public string Family { get; }

    internal BuildFigure Build { get; }

    /// <summary>Has fur or feathers, whose colours are mostly natural.</summary>
    public bool IsNatural => Family is "mammal" or "bird";

    internal ReadOnlySpan<Pattern> Patterns => Family is "mammal" or "bird" or "small animal" or "sea animal" ? s_animal : s_thing;

    /// <summary>The noun with "a" or "an".</summary>
    public string WithArticle => WorldCaptions.WithArticle(Name);
}
