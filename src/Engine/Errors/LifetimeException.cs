namespace SuTI.Engine;

/// <summary>A tensor used after its scope has closed, or a scope opened or closed out of order.</summary>
public sealed class LifetimeException(string subject, string rule, string? expected = null, string? found = null)
    : SutiException(subject, rule, expected, found);
