using System.Runtime.InteropServices;

namespace SuTI.Engine.IO;

/// <summary>The steps of replacing a file, each of which may fail; tests make them fail one by one.</summary>
partial class FileSteps
{
    const int LinuxCloseOnExec = 0x80000;
    const int MacCloseOnExec = 0x1000000;

    [ThreadStatic]
    static FileSteps? s_replaced;

    public static FileSteps OfSystem { get; } = new();

    /// <summary>Those of this thread: the system's, unless a test has put its own in their place.</summary>
    public static FileSteps Current => s_replaced ?? OfSystem;

    /// <summary>Replaces the steps of this thread until the result is disposed of.</summary>
    public static Replacement Use(FileSteps steps)
    {
        var before = s_replaced;
        s_replaced = steps;
        return new(before);
    }

    /// <summary>Puts the steps back as they were.</summary>
    public readonly ref struct Replacement
    {
        readonly FileSteps? _before;

        internal Replacement(FileSteps? before) => _before = before;

        public void Dispose() => s_replaced = _before;
    }

    public virtual Stream Create(string path) =>
        new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 17);

    /// <summary>Returns once the bytes are on the disk: no crash may leave the new name on an empty file.</summary>
    public virtual void FlushToDisk(Stream stream) => ((FileStream)stream).Flush(flushToDisk: true);

    public virtual void Rename(string from, string to)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(to))
            File.SetUnixFileMode(from, File.GetUnixFileMode(to));
        File.Move(from, to, overwrite: true);
    }

    /// <summary>Makes the renaming itself survive a crash, where the file system offers that.</summary>
    /// <remarks>
    /// .NET opens no folders, hence the C library. A failure is not reported: the new file is whole and in place, and
    /// some file systems refuse to flush folders.
    /// </remarks>
    public virtual void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        int handle = OpenFolder(folder, OperatingSystem.IsLinux() ? LinuxCloseOnExec : MacCloseOnExec);
        if (handle < 0)
            return;
        _ = Flush(handle);
        _ = Close(handle);
    }

    public virtual void Delete(string path) => File.Delete(path);

    public virtual void CreateFolder(string path) => Directory.CreateDirectory(path);

    public virtual void MoveFolder(string from, string to) => Directory.Move(from, to);

    public virtual void DeleteFolder(string path) => Directory.Delete(path, recursive: true);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
