namespace SuTI.Model.Subjects.Catalogue;

/// <summary>Paths from files that need not be trusted.</summary>
static class RelativePaths
{
    const int Longest = 1024;

    /// <summary>Whether the path stays below the folder that it is combined with.</summary>
    internal static bool IsInside(string path) => path.Length is > 0 and <= Longest && !Path.IsPathRooted(path)
        && !path.Any(c => c is '\\' or ':' || char.IsControl(c)) && path.Split('/').All(part => part is not ("" or "." or ".."));
}
