namespace SuTI.Engine.IO;

/// <summary>Folders that are there as a whole or not at all: at no moment does a name hold a part of its files.</summary>
public static class AtomicFolder
{
    // What a killed writer leaves behind is known by these ends of hidden names.
    const string Prefix = ".suti-", Partial = ".partial", Old = ".old", PendingFile = ".tmp";

    /// <summary>Fills a hidden folder beside the wanted one and renames it when all its files are on the disk.</summary>
    /// <param name="path">The folder to create. One that is there is replaced.</param>
    /// <param name="write">
    /// Writes the files into the folder it is given, through <see cref="AtomicFile"/> or what stands on it, which flush
    /// them. Whatever it throws reaches the caller.
    /// </param>
    /// <remarks>
    /// Replacing takes two renamings. Killed between them, a writer leaves neither folder under the name: that is for
    /// content that can be made again.
    /// </remarks>
    /// <exception cref="CheckpointException">The file system refused a step; what was there is unchanged.</exception>
    public static void Write(string path, Action<string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var steps = FileSteps.Current;
        Guard(path, () =>
        {
            string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            string temporary = Beside(whole, Partial);
            try
            {
                steps.CreateFolder(temporary);
                write(temporary);
                steps.FlushFolder(temporary);
                Replace(steps, temporary, whole);
            }
            finally
            {
                Discard(steps, temporary);
            }
        });
    }

    /// <summary>Removes a folder: its name first, so that no moment shows a part of it.</summary>
    /// <exception cref="CheckpointException">The file system refused the renaming.</exception>
    public static void Delete(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var steps = FileSteps.Current;
        Guard(path, () =>
        {
            string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            string old = Beside(whole, Old);
            steps.MoveFolder(whole, old);
            Discard(steps, old);
        });
    }

    /// <summary>Removes what killed writers left in a folder. Nobody may be writing there.</summary>
    /// <returns>The number of files and folders removed.</returns>
    public static int Sweep(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            return 0;
        int count = 0;
        foreach (string path in Directory.GetFileSystemEntries(folder, Prefix + "*"))
        {
            if (path.EndsWith(PendingFile, StringComparison.Ordinal) && File.Exists(path))
                File.Delete(path);
            else if (path.EndsWith(Partial, StringComparison.Ordinal) || path.EndsWith(Old, StringComparison.Ordinal))
                Discard(FileSteps.OfSystem, path);
            else
                continue;
            count++;
        }
        return count;
    }

    static void Replace(FileSteps steps, string temporary, string path)
    {
        string? old = Directory.Exists(path) ? Beside(path, Old) : null;
        if (old is not null)
            steps.MoveFolder(path, old);
        try
        {
            steps.MoveFolder(temporary, path);
        }
        catch when (old is not null)
        {
            steps.MoveFolder(old, path);
            throw;
        }
        steps.FlushFolder(Path.GetDirectoryName(path)!);
        if (old is not null)
            Discard(steps, old);
    }

    // In the same folder, because renaming is atomic within one file system only; hidden and never reused.
    static string Beside(string path, string end)
        => Path.Combine(Path.GetDirectoryName(path) ?? throw new IOException("the path names the root of a file system"),
            $"{Prefix}{Guid.NewGuid():n}{end}");

    static void Discard(FileSteps steps, string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                steps.DeleteFolder(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its name says what it is, and the next sweep finds it; hiding the failure that led here would be worse.
        }
    }

    static void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, "the folder must be writable as a whole",
                found: failure.Message.TrimEnd('.'), inner: failure);
        }
    }
}
