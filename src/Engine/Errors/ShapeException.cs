namespace SuTI.Engine;

/// <summary>Shapes, axes or sizes that an operation cannot take.</summary>
public sealed class ShapeException(string subject, string rule, string? expected = null, string? found = null)
    : SutiException(subject, rule, expected, found);
