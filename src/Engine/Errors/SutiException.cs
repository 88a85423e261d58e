namespace SuTI.Engine;

/// <summary>
/// A rule of the engine was broken by its caller, a file or a device. The message has one form:
/// <c>subject: rule; expected …, found ….</c>
/// </summary>
/// <remarks>The process stays usable after it: nothing the failing call began is left half done.</remarks>
public class SutiException : Exception
{
    /// <param name="subject">The operation or file at fault, e.g. <c>group_norm</c>.</param>
    /// <param name="rule">What must hold, as a clause: <c>channels must divide into 32 groups</c>.</param>
    /// <param name="expected">The value that would have been right, where one can be named.</param>
    /// <param name="found">The value that was there.</param>
    /// <param name="inner">The failure underneath, if the rule was broken by one.</param>
    public SutiException(
        string subject, string rule, string? expected = null, string? found = null, Exception? inner = null)
        : base(Compose(subject, rule, expected, found), inner)
    {
        Subject = subject;
        Rule = rule;
        Expected = expected;
        Found = found;
    }

    public string Subject { get; }

    public string Rule { get; }

    public string? Expected { get; }

    public string? Found { get; }

    static string Compose(string subject, string rule, string? expected, string? found) => (expected, found) switch
    {
        (null, null) => $"{subject}: {rule}.",
        (null, _) => $"{subject}: {rule}; found {found}.",
        (_, null) => $"{subject}: {rule}; expected {expected}.",
        _ => $"{subject}: {rule}; expected {expected}, found {found}.",
    };
}
