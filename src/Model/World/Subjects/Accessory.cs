namespace SuTI.Model.World.Subjects;

/// <summary>Draws what is worn onto a finished figure.</summary>
delegate void Wear(Drawing.Figure figure, Drawing.Paint first, Drawing.Paint second);

/// <summary>Something that a subject can wear.</summary>
public sealed class Accessory
{
    internal Accessory(string name, string phrase, Wear wear) => (Name, Phrase, Wear) = (name, phrase, wear);

    /// <summary>One or two words, unique.</summary>
    public string Name { get; }

    /// <summary>What captions say: <c>wearing a hat</c>.</summary>
    public string Phrase { get; }

    internal Wear Wear { get; }
}
