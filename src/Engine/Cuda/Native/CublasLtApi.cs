using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SuTI.Engine.Cuda.Native;

/// <summary>cuBLASLt's functions and the numbers of its enumerations that the engine uses (equal in CUDA 12 and 13).</summary>
sealed unsafe class CublasLtApi(Symbols f)
{
    internal const int Float32 = 0, Float16 = 2, BFloat16 = 14;
    internal const int ComputeFloat32 = 68, ComputeTf32 = 77;
    internal const int TransposeA = 3, TransposeB = 4, Epilogue = 7, BiasPointer = 8, BiasType = 26;
    internal const int EpilogueDefault = 1, EpilogueBias = 4, EpilogueGelu = 32, EpilogueGeluBias = 36;
    internal const int LayoutBatch = 5, LayoutBatchStride = 6;
    internal const int MaxWorkspace = 1, AlignmentA = 5; // B, C and D follow A
    internal const int NotSupported = 15;

    internal readonly delegate* unmanaged<nuint> GetVersion = (delegate* unmanaged<nuint>)f["cublasLtGetVersion"];
    internal readonly delegate* unmanaged<nint*, int> Create = (delegate* unmanaged<nint*, int>)f["cublasLtCreate"];
    internal readonly delegate* unmanaged<nint, int> Destroy = (delegate* unmanaged<nint, int>)f["cublasLtDestroy"];
    internal readonly delegate* unmanaged<nint*, int, int, int> MatmulDescCreate = (delegate* unmanaged<nint*, int, int, int>)f["cublasLtMatmulDescCreate"];
    internal readonly delegate* unmanaged<nint, int> MatmulDescDestroy = (delegate* unmanaged<nint, int>)f["cublasLtMatmulDescDestroy"];
    internal readonly delegate* unmanaged<nint, int, void*, nuint, int> MatmulDescSetAttribute =
        (delegate* unmanaged<nint, int, void*, nuint, int>)f["cublasLtMatmulDescSetAttribute"];
    internal readonly delegate* unmanaged<nint*, int, ulong, ulong, long, int> MatrixLayoutCreate =
        (delegate* unmanaged<nint*, int, ulong, ulong, long, int>)f["cublasLtMatrixLayoutCreate"];
    internal readonly delegate* unmanaged<nint, int> MatrixLayoutDestroy = (delegate* unmanaged<nint, int>)f["cublasLtMatrixLayoutDestroy"];
    internal readonly delegate* unmanaged<nint, int, void*, nuint, int> MatrixLayoutSetAttribute =
        (delegate* unmanaged<nint, int, void*, nuint, int>)f["cublasLtMatrixLayoutSetAttribute"];
    internal readonly delegate* unmanaged<nint*, int> PreferenceCreate = (delegate* unmanaged<nint*, int>)f["cublasLtMatmulPreferenceCreate"];
    internal readonly delegate* unmanaged<nint, int> PreferenceDestroy = (delegate* unmanaged<nint, int>)f["cublasLtMatmulPreferenceDestroy"];
    internal readonly delegate* unmanaged<nint, int, void*, nuint, int> PreferenceSetAttribute =
        (delegate* unmanaged<nint, int, void*, nuint, int>)f["cublasLtMatmulPreferenceSetAttribute"];
    internal readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, CublasLtHeuristic*, int*, int> AlgoGetHeuristic =
        (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int, CublasLtHeuristic*, int*, int>)f["cublasLtMatmulAlgoGetHeuristic"];
    internal readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, CublasLtAlgorithm*, CublasLtHeuristic*, int> AlgoCheck =
        (delegate* unmanaged<nint, nint, nint, nint, nint, nint, CublasLtAlgorithm*, CublasLtHeuristic*, int>)f["cublasLtMatmulAlgoCheck"];
    internal readonly delegate* unmanaged<nint, nint, void*, ulong, nint, ulong, nint, void*, ulong, nint, ulong, nint, CublasLtAlgorithm*, ulong, nuint, nint, int> Matmul =
        (delegate* unmanaged<nint, nint, void*, ulong, nint, ulong, nint, void*, ulong, nint, ulong, nint, CublasLtAlgorithm*, ulong, nuint, nint, int>)f["cublasLtMatmul"];
    readonly delegate* unmanaged<int, byte*> _getStatusString = (delegate* unmanaged<int, byte*>)f["cublasLtGetStatusString"];

    /// <inheritdoc cref="DriverApi.Check"/>
    internal void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != 0)
            throw CudaException.Of("cublasLt", call, status, "cublasStatus", Marshal.PtrToStringUTF8((nint)_getStatusString(status)) ?? "?");
    }
}

/// <summary>cublasLtMatmulAlgo_t: opaque.</summary>
[InlineArray(8)]
struct CublasLtAlgorithm
{
    ulong _first;
}

/// <summary>cublasLtMatmulHeuristicResult_t.</summary>
[StructLayout(LayoutKind.Sequential)]
struct CublasLtHeuristic
{
    internal CublasLtAlgorithm Algorithm;
    internal nuint WorkspaceBytes;
    internal int Status;
    internal float Waves;
    internal long Reserved0, Reserved1;
}
