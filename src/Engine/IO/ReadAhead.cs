using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SuTI.Engine.IO;

/// <summary>
/// Tells Linux what will be read soon, so that the disk works while what it gave last is put in place; elsewhere, and where the call
/// is missing, does nothing.
/// </summary>
static partial class ReadAhead
{
    /// <summary>How far ahead of a read: a few pieces of every thread.</summary>
    internal const long Distance = 64L << 20;

    const int WillNeed = 3; // POSIX_FADV_WILLNEED of <fcntl.h>

    // Where a file's offsets are not 64 bits wide the arguments would be others.
    static volatile bool s_missing = !OperatingSystem.IsLinux() || !Environment.Is64BitProcess;

    internal static void Advise(SafeFileHandle file, long position, long bytes)
    {
        if (s_missing)
            return;
        try
        {
            // Advice only: a refusal costs speed, not correctness.
            _ = FileAdvise(file, position, bytes, WillNeed);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            s_missing = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int FileAdvise(SafeFileHandle file, long offset, long length, int advice);
}
