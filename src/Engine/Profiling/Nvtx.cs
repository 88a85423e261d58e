using System.Runtime.InteropServices;
using System.Text;

namespace SuTI.Engine;

/// <summary>
/// NVTX ranges for Nsight Systems and Nsight Compute. A tool that starts this program names its library in
/// NVTX_INJECTION64_PATH, as NVTX 3 has it; SUTI_NVTX=1 uses libnvToolsExt.so.1 of older toolkits. Where neither is found nothing happens.
/// </summary>
/// <remarks>After the interface of NVIDIA's nvtx3 headers: a tool asks for tables of function slots and fills those it listens to.</remarks>
static unsafe class Nvtx
{
    const string Injection = "NVTX_INJECTION64_PATH";

    // Numbers of the interface: export table, modules, slots of the core module.
    const uint CallbacksTable = 1;
    const int CoreModule = 1, Modules = 7;
    const int RangePushSlot = 9, RangePopSlot = 11, Slots = 32;

    static readonly bool s_isWanted = Environment.GetEnvironmentVariable(Injection) is { Length: > 0 }
        || Environment.GetEnvironmentVariable("SUTI_NVTX") == "1";

    // The library keeps the addresses of these as long as the process runs.
    static readonly nint* s_slots = s_isWanted ? (nint*)NativeMemory.AllocZeroed(Modules * Slots, (nuint)sizeof(nint)) : null;
    static readonly nint** s_tables = s_isWanted ? (nint**)NativeMemory.AllocZeroed(Modules * Slots, (nuint)sizeof(nint)) : null;
    static readonly Callbacks* s_callbacks = s_isWanted ? (Callbacks*)NativeMemory.AllocZeroed((nuint)sizeof(Callbacks)) : null;

    static readonly (nint Push, nint Pop) s_functions = s_isWanted ? Attach() : default;

    /// <summary>Whether the environment asks for ranges.</summary>
    internal static bool IsWanted => s_isWanted;

    internal static void Push(string name)
    {
        if (s_functions.Push == 0)
            return;
        int most = Encoding.UTF8.GetMaxByteCount(name.Length) + 1;
        byte* text = stackalloc byte[Math.Min(most, 1024)];
        int length = most <= 1024 ? Encoding.UTF8.GetBytes(name, new Span<byte>(text, most)) : 0;
        text[length] = 0;
        _ = ((delegate* unmanaged<byte*, int>)s_functions.Push)(text);
    }

    internal static void Pop()
    {
        if (s_functions.Pop != 0)
            _ = ((delegate* unmanaged<int>)s_functions.Pop)();
    }

    static (nint Push, nint Pop) Attach()
    {
        if (Environment.GetEnvironmentVariable(Injection) is { Length: > 0 } path && NativeLibrary.TryLoad(path, out nint tool)
            && NativeLibrary.TryGetExport(tool, "InitializeInjectionNvtx2", out nint initialize))
        {
            for (int i = 0; i < Modules * Slots; i++)
                s_tables[i] = &s_slots[i];
            *s_callbacks = new() { Size = (nuint)sizeof(Callbacks), GetModuleFunctionTable = &GetModuleFunctionTable };
            delegate* unmanaged<uint, void*> tables = &GetExportTable;
            return ((delegate* unmanaged<delegate* unmanaged<uint, void*>, int>)initialize)(tables) == 0 ? default
                : (s_slots[(CoreModule * Slots) + RangePushSlot], s_slots[(CoreModule * Slots) + RangePopSlot]);
        }
        return NativeLibrary.TryLoad("libnvToolsExt.so.1", out nint library) && NativeLibrary.TryGetExport(library, "nvtxRangePushA", out nint push)
            && NativeLibrary.TryGetExport(library, "nvtxRangePop", out nint pop) ? (push, pop) : default;
    }

    [UnmanagedCallersOnly]
    static void* GetExportTable(uint table) => table == CallbacksTable ? s_callbacks : null;

    [UnmanagedCallersOnly]
    static int GetModuleFunctionTable(int module, nint*** table, uint* size)
    {
        if (module is < 1 or >= Modules)
            return 0;
        if (table != null)
            *table = (nint**)&s_tables[module * Slots];
        if (size != null)
            *size = Slots;
        return 1;
    }

    struct Callbacks
    {
        internal nuint Size;
        internal delegate* unmanaged<int, nint***, uint*, int> GetModuleFunctionTable;
    }
}
