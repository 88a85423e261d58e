using System.Globalization;

namespace SuTI.Model.Folders.KeyMaps;

/// <summary>Names of parameters taken apart at their points.</summary>
static class NamePattern
{
    /// <summary>Takes <c>HEAD.N.rest</c> apart.</summary>
    public static bool TryNumbered(string name, string head, out int number, out string rest)
    {
        (number, rest) = (0, "");
        if (!name.StartsWith(head, StringComparison.Ordinal))
            return false;
        int begin = head.Length, end = name.IndexOf('.', begin);
        // Published networks have some dozens of blocks; the limit keeps numbers in names from meaning anything else.
        if (end < 0 || end - begin > 4
            || !int.TryParse(name.AsSpan(begin, end - begin), NumberStyles.None, CultureInfo.InvariantCulture,
                out number))
            return false;
        rest = name[(end + 1)..];
        return true;
    }

    /// <summary>One more than the largest number behind <paramref name="head"/>; 0 if there is none.</summary>
    public static int Count(IEnumerable<string> names, string head)
        => names.Select(name => TryNumbered(name, head, out int number, out _) ? number + 1 : 0)
            .DefaultIfEmpty(0).Max();

    /// <summary>The same rules for the way back.</summary>
    public static (string Old, string New)[] Reversed((string Old, string New)[] rules)
        => Array.ConvertAll(rules, rule => (rule.New, rule.Old));

    /// <summary>The name with its beginning replaced by the first rule that fits; null if none does.</summary>
    public static string? Replaced(string name, (string Old, string New)[] rules)
    {
        foreach (var (old, now) in rules)
        {
            if (name.StartsWith(old, StringComparison.Ordinal))
                return now + name[old.Length..];
        }
        return null;
    }
}
