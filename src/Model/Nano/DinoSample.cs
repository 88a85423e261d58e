using SuTI.Model.Imaging;
using SuTI.Model.World;
using SuTI.Model.World.Drawing;
using SuTI.Model.World.Scenes;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Nano;

/// <summary>A picture and what the judge of identity is asked about it.</summary>
/// <param name="Number">Of the subject in its split.</param>
/// <param name="Class">Of those that are learnt from.</param>
/// <param name="Colour">As it is seen: of an edit, if there is one.</param>
/// <param name="Scene">Of all scenes.</param>
sealed record DinoSample(Image Image, long Number, int Class, int Colour, int Pattern, int Scene)
{
    /// <summary>Numbers of values of the attributes.</summary>
    internal static int Colours { get; } = WorldRequests.Edits.Count;

    internal static int Patterns { get; } = Enum.GetValues<Pattern>().Length;

    internal static DinoSample Of(WorldPicture picture, Image image, Subject subject, long number)
    {
        string colour = picture.Request.Edit?.Name ?? subject.ColourName;
        return new(image, number, (int)(number % WorldData.Classes), WorldRequests.Edits.Select(edit => edit.Name).ToList().IndexOf(colour),
            (int)subject.Pattern, AllScenes.All.ToList().IndexOf(picture.Request.Scene));
    }
}
