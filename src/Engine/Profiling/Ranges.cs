namespace SuTI.Engine;

/// <summary>
/// Named spans of the host's time, nested as scopes are: step → block → op. They go to the profile that runs and to an attached
/// tool that reads NVTX; with neither a scope costs one read of a field.
/// </summary>
static class Ranges
{
    static Profile? s_profile;

    /// <summary>Whether anyone listens.</summary>
    internal static bool IsActive { get; private set; } = Nvtx.IsWanted;

    /// <summary>The profile that hears of all ranges.</summary>
    internal static Profile? Profile
    {
        get => s_profile;
        set
        {
            s_profile = value;
            IsActive = value is not null || Nvtx.IsWanted;
        }
    }

    internal static void Push(string name)
    {
        s_profile?.Push(name);
        if (Nvtx.IsWanted)
            Nvtx.Push(name);
    }

    internal static void Pop()
    {
        if (Nvtx.IsWanted)
            Nvtx.Pop();
        s_profile?.Pop();
    }
}
