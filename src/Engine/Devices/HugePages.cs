using System.Runtime.InteropServices;

namespace SuTI.Engine;

/// <summary>Asks Linux to back a block with huge pages; elsewhere, and where the call is missing, does nothing.</summary>
static partial class HugePages
{
    const int AdviseHugePage = 14; // MADV_HUGEPAGE of <sys/mman.h>

    static volatile bool s_missing = !OperatingSystem.IsLinux();

    internal static void Advise(nint address, long bytes)
    {
        if (s_missing)
            return;
        try
        {
            // Advice only: a refusal costs speed, not correctness.
            _ = MemoryAdvise(address, (nuint)bytes, AdviseHugePage);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            s_missing = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint address, nuint length, int advice);
}
