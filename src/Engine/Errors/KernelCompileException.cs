namespace SuTI.Engine;

/// <summary>A kernel's text was refused by the compiler; the message holds its log.</summary>
/// <param name="variant">File and constants: norms/group_norm.cu TYPE=bf16.</param>
/// <param name="options">What the compiler was given.</param>
/// <param name="log">What it said.</param>
/// <param name="source">The whole text, with numbered lines.</param>
public sealed class KernelCompileException(string variant, string options, string log, string source)
    : SutiException($"kernel {variant}", $"does not compile with {options}:\n{log.Trim()}")
{
    public string Log { get; } = log;

    public string NumberedSource { get; } = string.Join('\n', source.Split('\n').Select((line, i)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{i + 1,5} {line}")));
}
