using SuTI.Engine;

namespace SuTI.Model.Imaging;

/// <summary>
/// A picture that cannot be read, written or changed as asked: which, what must hold, what was found.
/// </summary>
public sealed class ImageException : SutiException
{
    /// <param name="source">The file or the operation, as the caller named it; made printable here.</param>
    /// <inheritdoc cref="SutiException(string, string, string?, string?, Exception?)"/>
    public ImageException(
        string source, string rule, string? expected = null, string? found = null, Exception? inner = null)
        : base(CheckpointException.Printable(source, 1000), rule, expected, found, inner)
    {
    }
}
