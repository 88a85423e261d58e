namespace SuTI.Engine;

/// <summary>Memory that could not be had; the message lists what is alive. The process stays usable.</summary>
public sealed class DeviceMemoryException(string subject, string rule, string? expected = null, string? found = null)
    : SutiException(subject, rule, expected, found);
