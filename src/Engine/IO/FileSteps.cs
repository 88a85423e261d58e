using System.Runtime.InteropServices;

namespace SuTI.Engine.IO;

/// <summary>The steps of replacing a file, each of which may fail; tests make them fail one by one.</summary>
partial class FileSteps
{
    const int LinuxCloseOnExec = 0x80000;
    const int MacCloseOnExec = 0x1000000;

    public static FileSteps OfSystem { get; } = new();

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
