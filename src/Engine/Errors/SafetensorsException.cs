namespace SuTI.Engine;

/// <summary>A file breaks a rule of the safetensors format; <see cref="BrokenRule"/> says which.</summary>
public sealed class SafetensorsException : CheckpointException
{
    public SafetensorsException(
        string file,
        SafetensorsRule brokenRule,
        string rule,
        string? expected = null,
        string? found = null,
        string? tensor = null,
        Exception? inner = null)
        : base(file, rule, expected, found, tensor, inner) => BrokenRule = brokenRule;

    public SafetensorsRule BrokenRule { get; }
}
