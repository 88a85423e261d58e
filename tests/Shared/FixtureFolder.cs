namespace SuTI.Tests;

/// <summary>Where reference numbers lie: SUTI_FIXTURES, else the copy in the repository.</summary>
static class FixtureFolder
{
    public static string Root { get; } = Locate();

    /// <summary>Whether these are the numbers of this repository, of which it is known what there must be.</summary>
    public static bool IsCopy => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SUTI_FIXTURES"));

    /// <summary>The folders whose kind (name) begins with <paramref name="kindPrefix"/>, in ordinal order.</summary>
    public static IEnumerable<string> Find(string kindPrefix)
    {
        string[] folders = Directory.GetDirectories(Root);
        Array.Sort(folders, StringComparer.Ordinal);
        return folders.Where(folder => Path.GetFileName(folder).StartsWith(kindPrefix, StringComparison.Ordinal));
    }

    static string Locate()
    {
        if (Environment.GetEnvironmentVariable("SUTI_FIXTURES") is { Length: > 0 } given)
            return Directory.Exists(given) ? given : throw new DirectoryNotFoundException($"SUTI_FIXTURES: no {given}");
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string copy = Path.Combine(folder, "tests", "fixtures");
            if (Directory.Exists(copy))
                return copy;
        }
        throw new DirectoryNotFoundException("Neither SUTI_FIXTURES nor a folder tests/fixtures above the tests.");
    }
}
