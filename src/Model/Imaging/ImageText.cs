namespace SuTI.Model.Imaging;

/// <summary>A text that travels in a picture's file (PNG, 11.3.3).</summary>
/// <param name="Keyword">1 to 79 printable Latin-1 characters, such as <c>Description</c>.</param>
/// <param name="Text">Any text without the character 0.</param>
public sealed record ImageText(string Keyword, string Text);
