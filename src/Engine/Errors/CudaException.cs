namespace SuTI.Engine;

/// <summary>A call of the driver, NVRTC or cuBLASLt failed, or none of them can be used here.</summary>
public sealed class CudaException : SutiException
{
    public CudaException(string subject, string rule, string? expected = null, string? found = null, Exception? inner = null)
        : base(subject, rule, expected, found, inner)
    {
    }

    /// <summary>The library's status; 0 if the failure is not a call's.</summary>
    public int Status { get; init; }

    /// <param name="call">The call as it stands in the source.</param>
    internal static CudaException Of(string library, string call, int status, string name, string text)
        => new(library, $"{call} failed: {name} ({status}), {text}") { Status = status };
}
