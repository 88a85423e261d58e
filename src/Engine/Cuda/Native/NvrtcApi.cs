using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SuTI.Engine.Cuda.Native;

/// <summary>NVRTC's functions: kernel text in, machine code and log out.</summary>
sealed unsafe class NvrtcApi(Symbols f)
{
    internal const int CompilationFailed = 6;

    internal readonly delegate* unmanaged<int*, int*, int> Version = (delegate* unmanaged<int*, int*, int>)f["nvrtcVersion"];
    internal readonly delegate* unmanaged<int, byte*> GetErrorString = (delegate* unmanaged<int, byte*>)f["nvrtcGetErrorString"];
    internal readonly delegate* unmanaged<int*, int> GetNumSupportedArchs = (delegate* unmanaged<int*, int>)f["nvrtcGetNumSupportedArchs"];
    internal readonly delegate* unmanaged<int*, int> GetSupportedArchs = (delegate* unmanaged<int*, int>)f["nvrtcGetSupportedArchs"];
    internal readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> CreateProgram =
        (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)f["nvrtcCreateProgram"];
    internal readonly delegate* unmanaged<nint*, int> DestroyProgram = (delegate* unmanaged<nint*, int>)f["nvrtcDestroyProgram"];
    internal readonly delegate* unmanaged<nint, int, byte**, int> CompileProgram = (delegate* unmanaged<nint, int, byte**, int>)f["nvrtcCompileProgram"];
    internal readonly delegate* unmanaged<nint, nuint*, int> GetCubinSize = (delegate* unmanaged<nint, nuint*, int>)f["nvrtcGetCUBINSize"];
    internal readonly delegate* unmanaged<nint, byte*, int> GetCubin = (delegate* unmanaged<nint, byte*, int>)f["nvrtcGetCUBIN"];
    internal readonly delegate* unmanaged<nint, nuint*, int> GetPtxSize = (delegate* unmanaged<nint, nuint*, int>)f["nvrtcGetPTXSize"];
    internal readonly delegate* unmanaged<nint, byte*, int> GetPtx = (delegate* unmanaged<nint, byte*, int>)f["nvrtcGetPTX"];
    internal readonly delegate* unmanaged<nint, nuint*, int> GetLogSize = (delegate* unmanaged<nint, nuint*, int>)f["nvrtcGetProgramLogSize"];
    internal readonly delegate* unmanaged<nint, byte*, int> GetLog = (delegate* unmanaged<nint, byte*, int>)f["nvrtcGetProgramLog"];

    /// <inheritdoc cref="DriverApi.Check"/>
    internal void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != 0)
            throw CudaException.Of("nvrtc", call, status, "nvrtcResult", Marshal.PtrToStringUTF8((nint)GetErrorString(status)) ?? "?");
    }
}
