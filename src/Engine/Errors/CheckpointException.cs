using System.Globalization;
using System.Text;

namespace SuTI.Engine;

/// <summary>A checkpoint file, or one tensor in it, cannot be read or written as asked.</summary>
public class CheckpointException : SutiException
{
    /// <param name="file">The path as the caller gave it.</param>
    /// <param name="rule">What must hold.</param>
    /// <param name="expected">The value that would have been right.</param>
    /// <param name="found">The value that was there.</param>
    /// <param name="tensor">The tensor's path in the checkpoint, if one is at fault.</param>
    /// <param name="inner">The input/output failure underneath, if any.</param>
    public CheckpointException(
        string file,
        string rule,
        string? expected = null,
        string? found = null,
        string? tensor = null,
        Exception? inner = null)
        : base(
            tensor is null ? Printable(file, 1000) : $"{Printable(file, 1000)}, tensor '{Printable(tensor)}'",
            rule, expected, found, inner)
    {
        File = file;
        Tensor = tensor;
    }

    public string File { get; }

    public string? Tensor { get; }

    /// <summary>A text for a message: without control characters, cut after <paramref name="longest"/>.</summary>
    /// <remarks>Names come from untrusted files and messages go to terminals, which obey escape sequences.</remarks>
    public static string Printable(string text, int longest = 200)
    {
        ArgumentNullException.ThrowIfNull(text);
        var printable = new StringBuilder(Math.Min(text.Length, longest) + 1);
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, longest)))
        {
            if (char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format)
                printable.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                printable.Append(c);
        }
        if (text.Length > longest)
            printable.Append('…');
        return printable.ToString();
    }
}
