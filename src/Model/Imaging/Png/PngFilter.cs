namespace SuTI.Model.Imaging.Png;

/// <summary>The five filters (clause 9): a row as differences from what stands to the left and above.</summary>
static class PngFilter
{
    internal const int Count = 5;

    /// <summary>Restores a row in place.</summary>
    /// <param name="filter">0 none, 1 left, 2 above, 3 their mean, 4 Paeth's choice.</param>
    /// <param name="above">The restored row above, zeros for the first of a pass.</param>
    /// <param name="bytes">Bytes of a pixel: how far to the left the filter looks.</param>
    internal static void Restore(int filter, Span<byte> row, ReadOnlySpan<byte> above, int bytes)
    {
        above = above[..row.Length];
        switch (filter)
        {
            case 1:
                for (int i = bytes; i < row.Length; i++)
                    row[i] += row[i - bytes];
                break;
            case 2:
                for (int i = 0; i < row.Length; i++)
                    row[i] += above[i];
                break;
            case 3:
                for (int i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i < bytes ? 0 : row[i - bytes]) + above[i]) / 2);
                break;
            case 4:
                for (int i = 0; i < Math.Min(bytes, row.Length); i++)
                    row[i] += above[i];
                for (int i = bytes; i < row.Length; i++)
                    row[i] += Paeth(row[i - bytes], above[i], above[i - bytes]);
                break;
        }
    }

    /// <summary>Filters a row.</summary>
    /// <param name="filtered">As long as the row.</param>
    internal static void Apply(
        int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int bytes, Span<byte> filtered)
    {
        above = above[..row.Length];
        filtered = filtered[..row.Length];
        row.CopyTo(filtered);
        switch (filter)
        {
            case 1:
                for (int i = bytes; i < row.Length; i++)
                    filtered[i] -= row[i - bytes];
                break;
            case 2:
                for (int i = 0; i < row.Length; i++)
                    filtered[i] -= above[i];
                break;
            case 3:
                for (int i = 0; i < row.Length; i++)
                    filtered[i] -= (byte)(((i < bytes ? 0 : row[i - bytes]) + above[i]) / 2);
                break;
            case 4:
                for (int i = 0; i < Math.Min(bytes, row.Length); i++)
                    filtered[i] -= above[i];
                for (int i = bytes; i < row.Length; i++)
                    filtered[i] -= Paeth(row[i - bytes], above[i], above[i - bytes]);
                break;
        }
    }

    // The neighbour nearest to left + above - corner; ties go to the left, then to the one above.
    static byte Paeth(byte left, byte above, byte corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner),
            toCorner = Math.Abs(left + above - (2 * corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
