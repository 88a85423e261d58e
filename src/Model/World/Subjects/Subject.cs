using System.Numerics;
using SuTI.Engine;
using SuTI.Model.World.Drawing;
using SuTI.Model.World.Sprites;

namespace SuTI.Model.World.Subjects;

/// <summary>One individual of the world: what stays the same in all its pictures.</summary>
/// <remarks>Body proportions are the eight traits; colours, pattern and mark are drawn besides.</remarks>
public sealed class Subject
{
    readonly float[] _traits = new float[8];

    /// <param name="sprite">Drawn by somebody else; colours and pattern then serve accessories alone.</param>
    internal Subject(long index, SubjectClass kind, RandomKey key, Sprite? sprite = null)
    {
        var random = WorldRandom.For(key, (ulong)index);
        Index = index;
        Class = kind;
        Sprite = sprite;
        for (int i = 0; i < _traits.Length; i++)
            _traits[i] = random.Unit();
        int primary = Palette.Primary(kind.IsNatural, ref random), second = Palette.Second(primary, ref random);
        int accent = Palette.Second(second, ref random);
        if (accent == primary)
            accent = Palette.Second(primary, ref random);
        ColourName = Palette.Colours[primary].Name;
        Primary = Rgb.Near(Palette.Colours[primary].Colour, 0.05f, ref random);
        Secondary = Rgb.Near(Palette.Colours[second].Colour, 0.05f, ref random);
        Accent = Rgb.Near(Palette.Colours[accent].Colour, 0.05f, ref random);
        Pattern = random.Pick(kind.Patterns);
        PatternScale = random.Range(2.2f, 4.4f);
        Seed = random.Word();
        Mark = random.Chance(0.5) ? (Mark)(1 + random.Below((int)Mark.Moon)) : Mark.None;
    }

    public long Index { get; }

    public SubjectClass Class { get; }

    /// <summary>The name of <see cref="Primary"/>.</summary>
    public string ColourName { get; }

    public Vector3 Primary { get; }

    public Vector3 Secondary { get; }

    public Vector3 Accent { get; }

    public Pattern Pattern { get; }

    /// <summary>Repeats of the pattern a unit.</summary>
    public float PatternScale { get; }

    /// <summary>A small sign on its body.</summary>
    public Mark Mark { get; }

    internal uint Seed { get; }

    internal Sprite? Sprite { get; }

    /// <summary>A proportion of the body from <paramref name="low"/> to <paramref name="high"/>.</summary>
    internal float Trait(int index, float low, float high) => low + ((high - low) * _traits[index]);

    /// <summary>One of several forms of a part.</summary>
    internal int Form(int index, int count) => Math.Min((int)(_traits[index] * count), count - 1);
}
