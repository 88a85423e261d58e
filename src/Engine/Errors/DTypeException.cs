namespace SuTI.Engine;

/// <summary>An element type that an operation cannot take.</summary>
public sealed class DTypeException(string subject, string rule, string? expected = null, string? found = null)
    : SutiException(subject, rule, expected, found);
