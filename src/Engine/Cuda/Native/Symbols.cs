using System.Runtime.InteropServices;

namespace SuTI.Engine.Cuda.Native;

/// <summary>Functions of a loaded library by their literal names: headers rename functions between versions, exports stay.</summary>
readonly struct Symbols(nint library, string file)
{
    /// <exception cref="CudaException">The library has no such function.</exception>
    internal nint this[string name] => NativeLibrary.TryGetExport(library, name, out nint address) ? address
        : throw new CudaException(file, "is too old for this program", name, "no such function");

    /// <returns>0 if the library has no such function.</returns>
    internal nint Optional(string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
}
