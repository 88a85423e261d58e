using SuTI.Model.Imaging;

namespace SuTI.Model.Nano;

/// <summary>A picture and a text for it.</summary>
/// <param name="Said">What of the picture would be said in each detail: by these a text is known to describe another picture too.</param>
/// <param name="Detail">How much the text says.</param>
/// <param name="Text">As the network reads it.</param>
/// <param name="Group">Number of the subject in the batch.</param>
sealed record ClipPair(Image Image, IReadOnlyList<string> Said, CaptionDetail Detail, string Text, long Group)
{
    /// <summary>The text before it was varied.</summary>
    internal string Plain => Said[(int)Detail];

    /// <summary>Whether the text describes the picture of another as well.</summary>
    internal bool Describes(ClipPair other) => Plain == other.Said[(int)Detail];
}
