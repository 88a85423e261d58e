using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SuTI.Engine.Cuda.Native;

/// <summary>The CUDA driver's functions, bound by literal versioned names; those of CUDA 12 and 13 that agree.</summary>
/// <remarks>Handles are pointers, device addresses and sizes are 64 bits, statuses and enumerations 32.</remarks>
sealed unsafe class DriverApi
{
    internal const int OutOfMemory = 2, NotReady = 600;

    internal readonly delegate* unmanaged<uint, int> Init;
    internal readonly delegate* unmanaged<int*, int> DriverGetVersion;
    internal readonly delegate* unmanaged<int, byte**, int> GetErrorName, GetErrorString;
    internal readonly delegate* unmanaged<int*, int> DeviceGetCount;
    internal readonly delegate* unmanaged<int*, int, int> DeviceGet;
    internal readonly delegate* unmanaged<byte*, int, int, int> DeviceGetName;
    internal readonly delegate* unmanaged<int*, int, int, int> DeviceGetAttribute;
    internal readonly delegate* unmanaged<nuint*, int, int> DeviceTotalMem;
    internal readonly delegate* unmanaged<nint*, int, int> DevicePrimaryCtxRetain;
    internal readonly delegate* unmanaged<int, int> DevicePrimaryCtxRelease;
    internal readonly delegate* unmanaged<nint, int> CtxSetCurrent;
    internal readonly delegate* unmanaged<int> CtxSynchronize;

    internal readonly delegate* unmanaged<nint*, void*, int> ModuleLoadData;
    internal readonly delegate* unmanaged<nint, int> ModuleUnload;
    internal readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction;
    internal readonly delegate* unmanaged<nint, int, int, int> FuncSetAttribute;
    internal readonly delegate* unmanaged<int*, int, nint, int> FuncGetAttribute;
    internal readonly delegate* unmanaged<nint, nuint, nuint*, nuint*, int> FuncGetParamInfo; // null before driver 12.4
    internal readonly delegate* unmanaged<int*, nint, int, nuint, int> OccupancyMaxActiveBlocksPerMultiprocessor;
    internal readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel;
    internal readonly delegate* unmanaged<void*, nint, void**, void**, int> LaunchKernelEx;
    internal readonly delegate* unmanaged<void*, uint, uint, void*, ulong*, ulong*, uint*, uint*, uint, uint, uint, uint, int> TensorMapEncodeTiled; // null before 12.0

    internal readonly delegate* unmanaged<nuint*, nuint*, int> MemGetInfo;
    internal readonly delegate* unmanaged<ulong*, nuint, int> MemAlloc;
    internal readonly delegate* unmanaged<ulong, int> MemFree;
    internal readonly delegate* unmanaged<nint*, nuint, uint, int> MemHostAlloc;
    internal readonly delegate* unmanaged<nint, int> MemFreeHost;
    internal readonly delegate* unmanaged<ulong, void*, nuint, nint, int> MemcpyHtoDAsync;
    internal readonly delegate* unmanaged<void*, ulong, nuint, nint, int> MemcpyDtoHAsync;
    internal readonly delegate* unmanaged<ulong, ulong, nuint, nint, int> MemcpyDtoDAsync;
    internal readonly delegate* unmanaged<ulong, byte, nuint, nint, int> MemsetD8Async;
    internal readonly delegate* unmanaged<ulong, uint, nuint, nint, int> MemsetD32Async;

    internal readonly delegate* unmanaged<nint*, uint, int> StreamCreate;
    internal readonly delegate* unmanaged<nint, int> StreamDestroy, StreamSynchronize, StreamQuery;
    internal readonly delegate* unmanaged<nint, nint, uint, int> StreamWaitEvent;
    internal readonly delegate* unmanaged<nint*, uint, int> EventCreate;
    internal readonly delegate* unmanaged<nint, int> EventDestroy, EventQuery, EventSynchronize;
    internal readonly delegate* unmanaged<nint, nint, int> EventRecord;
    internal readonly delegate* unmanaged<float*, nint, nint, int> EventElapsedTime;
    internal readonly delegate* unmanaged<nint, uint, int> StreamBeginCapture;
    internal readonly delegate* unmanaged<nint, uint*, int> StreamIsCapturing;
    internal readonly delegate* unmanaged<uint*, int> ThreadExchangeStreamCaptureMode;
    internal readonly delegate* unmanaged<nint, nint*, int> StreamEndCapture;
    internal readonly delegate* unmanaged<nint*, nint, ulong, int> GraphInstantiate;
    internal readonly delegate* unmanaged<nint, nint, int> GraphLaunch;
    internal readonly delegate* unmanaged<nint, nint*, nuint*, int> GraphGetNodes;
    internal readonly delegate* unmanaged<nint, int> GraphExecDestroy, GraphDestroy;

    internal DriverApi(Symbols f)
    {
        Init = (delegate* unmanaged<uint, int>)f["cuInit"];
        DriverGetVersion = (delegate* unmanaged<int*, int>)f["cuDriverGetVersion"];
        GetErrorName = (delegate* unmanaged<int, byte**, int>)f["cuGetErrorName"];
        GetErrorString = (delegate* unmanaged<int, byte**, int>)f["cuGetErrorString"];
        DeviceGetCount = (delegate* unmanaged<int*, int>)f["cuDeviceGetCount"];
        DeviceGet = (delegate* unmanaged<int*, int, int>)f["cuDeviceGet"];
        DeviceGetName = (delegate* unmanaged<byte*, int, int, int>)f["cuDeviceGetName"];
        DeviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)f["cuDeviceGetAttribute"];
        DeviceTotalMem = (delegate* unmanaged<nuint*, int, int>)f["cuDeviceTotalMem_v2"];
        DevicePrimaryCtxRetain = (delegate* unmanaged<nint*, int, int>)f["cuDevicePrimaryCtxRetain"];
        DevicePrimaryCtxRelease = (delegate* unmanaged<int, int>)f["cuDevicePrimaryCtxRelease_v2"];
        CtxSetCurrent = (delegate* unmanaged<nint, int>)f["cuCtxSetCurrent"];
        CtxSynchronize = (delegate* unmanaged<int>)f["cuCtxSynchronize"];

        ModuleLoadData = (delegate* unmanaged<nint*, void*, int>)f["cuModuleLoadData"];
        ModuleUnload = (delegate* unmanaged<nint, int>)f["cuModuleUnload"];
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)f["cuModuleGetFunction"];
        FuncSetAttribute = (delegate* unmanaged<nint, int, int, int>)f["cuFuncSetAttribute"];
        FuncGetAttribute = (delegate* unmanaged<int*, int, nint, int>)f["cuFuncGetAttribute"];
        FuncGetParamInfo = (delegate* unmanaged<nint, nuint, nuint*, nuint*, int>)f.Optional("cuFuncGetParamInfo");
        OccupancyMaxActiveBlocksPerMultiprocessor =
            (delegate* unmanaged<int*, nint, int, nuint, int>)f["cuOccupancyMaxActiveBlocksPerMultiprocessor"];
        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)f["cuLaunchKernel"];
        LaunchKernelEx = (delegate* unmanaged<void*, nint, void**, void**, int>)f.Optional("cuLaunchKernelEx");
        TensorMapEncodeTiled = (delegate* unmanaged<void*, uint, uint, void*, ulong*, ulong*, uint*, uint*, uint, uint, uint, uint, int>)
            f.Optional("cuTensorMapEncodeTiled");

        MemGetInfo = (delegate* unmanaged<nuint*, nuint*, int>)f["cuMemGetInfo_v2"];
        MemAlloc = (delegate* unmanaged<ulong*, nuint, int>)f["cuMemAlloc_v2"];
        MemFree = (delegate* unmanaged<ulong, int>)f["cuMemFree_v2"];
        MemHostAlloc = (delegate* unmanaged<nint*, nuint, uint, int>)f["cuMemHostAlloc"];
        MemFreeHost = (delegate* unmanaged<nint, int>)f["cuMemFreeHost"];
        MemcpyHtoDAsync = (delegate* unmanaged<ulong, void*, nuint, nint, int>)f["cuMemcpyHtoDAsync_v2"];
        MemcpyDtoHAsync = (delegate* unmanaged<void*, ulong, nuint, nint, int>)f["cuMemcpyDtoHAsync_v2"];
        MemcpyDtoDAsync = (delegate* unmanaged<ulong, ulong, nuint, nint, int>)f["cuMemcpyDtoDAsync_v2"];
        MemsetD8Async = (delegate* unmanaged<ulong, byte, nuint, nint, int>)f["cuMemsetD8Async"];
        MemsetD32Async = (delegate* unmanaged<ulong, uint, nuint, nint, int>)f["cuMemsetD32Async"];

        StreamCreate = (delegate* unmanaged<nint*, uint, int>)f["cuStreamCreate"];
        StreamDestroy = (delegate* unmanaged<nint, int>)f["cuStreamDestroy_v2"];
        StreamSynchronize = (delegate* unmanaged<nint, int>)f["cuStreamSynchronize"];
        StreamQuery = (delegate* unmanaged<nint, int>)f["cuStreamQuery"];
        StreamWaitEvent = (delegate* unmanaged<nint, nint, uint, int>)f["cuStreamWaitEvent"];
        EventCreate = (delegate* unmanaged<nint*, uint, int>)f["cuEventCreate"];
        EventDestroy = (delegate* unmanaged<nint, int>)f["cuEventDestroy_v2"];
        EventQuery = (delegate* unmanaged<nint, int>)f["cuEventQuery"];
        EventSynchronize = (delegate* unmanaged<nint, int>)f["cuEventSynchronize"];
        EventRecord = (delegate* unmanaged<nint, nint, int>)f["cuEventRecord"];
        nint elapsed = f.Optional("cuEventElapsedTime_v2");
        EventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)(elapsed != 0 ? elapsed : f["cuEventElapsedTime"]);
        StreamBeginCapture = (delegate* unmanaged<nint, uint, int>)f["cuStreamBeginCapture_v2"];
        StreamIsCapturing = (delegate* unmanaged<nint, uint*, int>)f["cuStreamIsCapturing"];
        StreamEndCapture = (delegate* unmanaged<nint, nint*, int>)f["cuStreamEndCapture"];
        ThreadExchangeStreamCaptureMode = (delegate* unmanaged<uint*, int>)f["cuThreadExchangeStreamCaptureMode"];
        GraphInstantiate = (delegate* unmanaged<nint*, nint, ulong, int>)f["cuGraphInstantiateWithFlags"];
        GraphLaunch = (delegate* unmanaged<nint, nint, int>)f["cuGraphLaunch"];
        GraphGetNodes = (delegate* unmanaged<nint, nint*, nuint*, int>)f["cuGraphGetNodes"];
        GraphExecDestroy = (delegate* unmanaged<nint, int>)f["cuGraphExecDestroy"];
        GraphDestroy = (delegate* unmanaged<nint, int>)f["cuGraphDestroy"];
    }

    /// <summary>Throws unless the call succeeded; the message shows the call as it stands in the source.</summary>
    /// <exception cref="CudaException">The status is not 0.</exception>
    internal void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != 0)
            throw Failure(status, call);
    }

    internal CudaException Failure(int status, string call)
    {
        byte* name = null, text = null;
        _ = GetErrorName(status, &name);
        _ = GetErrorString(status, &text);
        return CudaException.Of("cuda driver", call, status, Text(name), Text(text));
    }

    static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "?";
}
