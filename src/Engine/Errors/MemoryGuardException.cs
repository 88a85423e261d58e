namespace SuTI.Engine;

/// <summary>A guarded buffer was written outside its bounds.</summary>
public sealed class MemoryGuardException(string subject, string rule, string? expected = null, string? found = null)
    : SutiException(subject, rule, expected, found);
