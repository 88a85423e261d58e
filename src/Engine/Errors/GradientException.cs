namespace SuTI.Engine;

/// <summary>A reverse walk that cannot be made: run twice, from a non-scalar, or over values changed since.</summary>
public sealed class GradientException(string subject, string rule, string? expected = null, string? found = null)
    : SutiException(subject, rule, expected, found);
