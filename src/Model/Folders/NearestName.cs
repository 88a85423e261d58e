namespace SuTI.Model.Folders;

/// <summary>What a misspelt name was probably meant to be.</summary>
static class NearestName
{
    const int LongestName = 64;

    /// <summary>
    /// The known name with the fewest single edits from <paramref name="name"/> (insertions, deletions, replacements,
    /// swaps of neighbours); null if more than a third of the letters would change.
    /// </summary>
    /// <remarks>The restricted edit distance of Damerau, 1964; ties go to the name that comes first.</remarks>
    public static string? Of(string name, IEnumerable<string> known)
    {
        if (name.Length > LongestName)
            return null;
        string? nearest = null;
        int least = int.MaxValue;
        foreach (string candidate in known)
        {
            int distance = candidate.Length > LongestName ? int.MaxValue : Distance(name, candidate);
            int most = Math.Max(1, Math.Max(name.Length, candidate.Length) / 3);
            if (distance < least && distance <= most)
                (nearest, least) = (candidate, distance);
        }
        return nearest;
    }

    static int Distance(string a, string b)
    {
        int[,] edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            edits[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            edits[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                int best = Math.Min(replaced, 1 + Math.Min(edits[i - 1, j], edits[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, edits[i - 2, j - 2] + 1);
                edits[i, j] = best;
            }
        }
        return edits[a.Length, b.Length];
    }
}
