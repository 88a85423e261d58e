namespace SuTI.Engine;

/// <summary>The first NaN or infinity that <see cref="NonFiniteGuard"/> met, with the op and tensor where it arose.</summary>
public sealed class NonFiniteException(string subject, string rule, string? expected = null, string? found = null)
    : SutiException(subject, rule, expected, found);
