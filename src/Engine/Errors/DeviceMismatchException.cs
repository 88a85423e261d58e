namespace SuTI.Engine;

/// <summary>Tensors of different devices in one operation.</summary>
public sealed class DeviceMismatchException(string subject, string rule, string? expected = null, string? found = null)
    : SutiException(subject, rule, expected, found);
