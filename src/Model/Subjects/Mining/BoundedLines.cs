namespace SuTI.Model.Subjects.Mining;

/// <summary>Lines of a file that need not be trusted: a line beyond the bound is passed over without being held.</summary>
static class BoundedLines
{
    /// <returns>Each line without its end; null for one that is too long.</returns>
    internal static IEnumerable<ReadOnlyMemory<byte>?> Read(Stream file, int longest)
    {
        byte[] buffer = new byte[Math.Max(longest, 1 << 16) + 1];
        int begin = 0, end = 0;
        bool isSkipping = false;
        while (true)
        {
            int line = buffer.AsSpan(begin, end - begin).IndexOf((byte)'\n');
            if (line >= 0)
            {
                if (isSkipping || line > longest)
                    yield return null;
                else
                    yield return buffer.AsMemory(begin, Trimmed(buffer.AsSpan(begin, line)));
                isSkipping = false;
                begin += line + 1;
                continue;
            }
            if (isSkipping || end - begin > longest)
            {
                isSkipping = true;
                begin = end;
            }
            buffer.AsSpan(begin, end - begin).CopyTo(buffer);
            (begin, end) = (0, end - begin);
            int read = file.Read(buffer, end, buffer.Length - end);
            if (read == 0)
                break;
            end += read;
        }
        if (isSkipping)
            yield return null;
        else if (end > 0)
            yield return buffer.AsMemory(0, Trimmed(buffer.AsSpan(0, end)));
    }

    static int Trimmed(ReadOnlySpan<byte> line) => line.TrimEnd("\r"u8).Length;
}
