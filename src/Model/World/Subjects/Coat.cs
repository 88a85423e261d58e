using SuTI.Model.World.Drawing;

namespace SuTI.Model.World.Subjects;

/// <summary>The paints of a subject, after a colour edit if there is one.</summary>
sealed class Coat
{
    internal Coat(Subject subject, NamedColour? edit)
    {
        Subject = subject;
        var primary = subject.Primary;
        var second = subject.Secondary;
        if (edit is not null)
        {
            // Light and dark are kept, so that a subject with a pattern keeps it in its new colour.
            primary = edit.Colour;
            second = Rgb.Luma(second) > Rgb.Luma(primary) ? Rgb.Lighter(primary, 0.55f) : Rgb.Darker(primary, 0.45f);
        }
        float gloss = edit is not null && Palette.Metals.Contains(edit) ? 1 : 0.25f;
        Body = new(primary)
        {
            Second = second,
            Pattern = subject.Pattern,
            Scale = subject.PatternScale,
            Seed = subject.Seed,
            Gloss = gloss
        };
        Plain = Body.Plain();
        Second = new(second) { Gloss = gloss };
        Accent = new(subject.Accent) { Gloss = 0.3f };
        Light = new(Rgb.Lighter(primary, 0.5f));
        Dark = new(Rgb.Darker(primary, 0.4f));
    }

    internal Subject Subject { get; }

    /// <summary>The first colour with the subject's pattern.</summary>
    internal Paint Body { get; }

    /// <summary>The first colour alone.</summary>
    internal Paint Plain { get; }

    internal Paint Second { get; }

    internal Paint Accent { get; }

    /// <summary>A lighter and a darker first colour: bellies, shadowed limbs.</summary>
    internal Paint Light { get; }

    /// <inheritdoc cref="Light"/>
    internal Paint Dark { get; }

    internal static Paint Black { get; } = new(Rgb.Black) { Gloss = 0.4f };

    internal static Paint White { get; } = new(Rgb.White);

    internal static Paint Steel { get; } = new(Rgb.Steel) { Gloss = 0.8f };

    internal static Paint Gold { get; } = new(Rgb.Gold) { Gloss = 0.9f };

    internal static Paint Wood { get; } = new(Rgb.Wood);

    internal static Paint Leaf { get; } = new(Rgb.Leaf);

    internal static Paint Beak { get; } = new(Rgb.Beak);

    internal static Paint Glass { get; } = new(Rgb.Glass) { Gloss = 1 };

    internal float Trait(int index, float low, float high) => Subject.Trait(index, low, high);

    internal int Form(int index, int count) => Subject.Form(index, count);
}
