using System.Reflection;

namespace SuTI.Model.Generation;

/// <summary>The version of this program, as files and reports name it.</summary>
public static class SutiVersion
{
    /// <summary>As in 0.1.0, with the commit behind a plus sign where the build knew it.</summary>
    public static string Text { get; } = typeof(SutiVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
