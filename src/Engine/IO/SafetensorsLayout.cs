namespace SuTI.Engine.IO;

/// <summary>The rule that every byte of the data belongs to exactly one tensor.</summary>
/// <remarks>
/// It bounds memory by the file's size, and leaves no room for a second format in the same file ("polyglot").
/// </remarks>
static class SafetensorsLayout
{
    /// <summary>Sorts <paramref name="entries"/> by their place in the data and checks that they tile it.</summary>
    public static void Check(SafetensorsEntry[] entries, long dataLength, string file)
    {
        Array.Sort(entries, static (a, b) =>
        {
            int order = a.Begin.CompareTo(b.Begin);
            if (order == 0)
                order = a.End.CompareTo(b.End);
            return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        });
        long end = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Begin < end)
            {
                throw new SafetensorsException(file, SafetensorsRule.Overlap,
                    "tensors must not share bytes", $"a begin of {end}", $"{entry.Begin}", entry.Name);
            }
            if (entry.Begin > end)
            {
                throw new SafetensorsException(file, SafetensorsRule.Hole,
                    "tensors must follow each other without a gap", $"a begin of {end}", $"{entry.Begin}", entry.Name);
            }
            end = entry.End;
        }
        if (end != dataLength)
        {
            throw new SafetensorsException(file, SafetensorsRule.TrailingBytes,
                "nothing may follow the last tensor", $"{end} bytes of data", $"{dataLength}");
        }
    }
}
