using SuTI.Engine;

namespace SuTI.Model.Training;

/// <summary>Names that become parts of file names.</summary>
static class PlainName
{
    const int Longest = 64;

    /// <exception cref="SutiException">Other than letters, digits, dashes and underscores, or too long.</exception>
    internal static void Check(string subject, string name)
    {
        if (name.Length is 0 or > Longest || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            throw new SutiException(subject, "has a name that can be part of a file's",
                FormattableString.Invariant($"1 to {Longest} letters, digits, dashes and underscores"),
                $"'{CheckpointException.Printable(name)}'");
    }
}
