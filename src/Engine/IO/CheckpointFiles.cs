namespace SuTI.Engine.IO;

/// <summary>Opening files for reading, with the path in every error.</summary>
static class CheckpointFiles
{
    /// <summary>Opens without a buffer, since the header has its own window and data is read in place.</summary>
    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);

    /// <summary>Runs <paramref name="read"/>; a refusal of the system gets the path and a rule.</summary>
    public static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(path, e);
        }
    }

    public static CheckpointException Unreadable(string path, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException =>
            new(path, "the file must exist", found: "nothing there", inner: e),
        _ when Directory.Exists(path) => new(path, "the path must name a file", found: "a folder", inner: e),
        _ => new(path, "the file must be readable", found: e.Message.TrimEnd('.'), inner: e),
    };
}
