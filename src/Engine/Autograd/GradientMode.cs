namespace SuTI.Engine;

/// <summary>Whether ops of this thread record how to differentiate them.</summary>
public static class GradientMode
{
    [ThreadStatic]
    static bool s_disabled;

    public static bool IsEnabled => !s_disabled;

    /// <summary>Records nothing until the result is disposed: <c>using var noGrad = GradientMode.Disable();</c></summary>
    public static Restore Disable() => Set(disabled: true);

    internal static Restore Enable() => Set(disabled: false);

    static Restore Set(bool disabled)
    {
        var restore = new Restore(s_disabled);
        s_disabled = disabled;
        return restore;
    }

    /// <summary>Puts the mode back as it was.</summary>
    public readonly ref struct Restore
    {
        readonly bool _disabled;

        internal Restore(bool disabled) => _disabled = disabled;

        public void Dispose() => s_disabled = _disabled;
    }
}
