namespace SuTI.Engine.IO;

/// <summary>Replacing a file as a whole: at any moment its name has the old content or the new, never a part.</summary>
public static class AtomicFile
{
    /// <summary>Writes a temporary file in the same folder, flushes it to the disk and renames it.</summary>
    /// <param name="path">
    /// The file to create or replace. A symbolic link is itself replaced, not what it points to.
    /// </param>
    /// <param name="write">Writes the content; whatever it throws reaches the caller, and the old file stays.</param>
    /// <exception cref="CheckpointException">The file system refused a step; the old file stays.</exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, FileSteps.Current);

    internal static void Write(string path, Action<Stream> write, FileSteps steps)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        Guard(path, () =>
        {
            using var file = new PendingFile(path, steps);
            write(file.Stream);
            file.Commit();
        });
    }

    internal static void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(
                path, "the file must be writable as a whole", found: e.Message.TrimEnd('.'), inner: e);
        }
    }
}
