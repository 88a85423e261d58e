using SuTI.Model.Imaging;

namespace SuTI.Cli;

/// <summary>A picture that was made again.</summary>
/// <param name="Texts">Of its file.</param>
/// <param name="Causes">What is not as it was, each a clause.</param>
sealed record Replayed(Image Image, IReadOnlyList<ImageText> Texts, IReadOnlyList<string> Causes);
