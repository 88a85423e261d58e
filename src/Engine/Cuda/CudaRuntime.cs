using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>The three libraries that the CUDA backend stands on, loaded once: the driver, NVRTC and cuBLASLt.</summary>
sealed unsafe class CudaRuntime
{
    static readonly Lazy<CudaRuntime> s_instance = new(() => new());

    readonly Lazy<(NvrtcApi Api, string Path)> _nvrtc;
    readonly Lazy<(CublasLtApi Api, string Path)> _cublasLt;

    CudaRuntime()
    {
        if (NativeLibraries.Choice == "off")
            throw new CudaException("cuda", $"is switched off by {NativeLibraries.Variable}=off");
        IReadOnlyList<string> names = NativeLibraries.IsEmulated ? [EmulatedDriver.Library]
            : OperatingSystem.IsWindows() ? ["nvcuda.dll"] : ["libcuda.so.1"];
        Driver = new(new(Load("the driver", names, out string path), path));
        DriverPath = path;
        Driver.Check(Driver.Init(0));
        int version;
        Driver.Check(Driver.DriverGetVersion(&version));
        DriverVersion = version;
        // Kernels can be loaded from a warm cache without NVRTC's compiling, and much runs without matrix products:
        // these two are looked for when they are needed.
        _nvrtc = new(() => Find("nvrtc", symbols => new NvrtcApi(symbols)));
        _cublasLt = new(() => Find("cublasLt", symbols => new CublasLtApi(symbols)));
    }

    /// <exception cref="CudaException">There is no driver; the message names what was tried.</exception>
    internal static CudaRuntime Instance => s_instance.Value;

    internal DriverApi Driver { get; }

    internal string DriverPath { get; }

    /// <summary>1000 · major + 10 · minor.</summary>
    internal int DriverVersion { get; }

    /// <exception cref="CudaException">The library is missing; the message names what was tried.</exception>
    internal NvrtcApi Nvrtc => _nvrtc.Value.Api;

    internal string NvrtcPath => _nvrtc.Value.Path;

    /// <inheritdoc cref="Nvrtc"/>
    internal CublasLtApi CublasLt => _cublasLt.Value.Api;

    internal string CublasLtPath => _cublasLt.Value.Path;

    (T Api, string Path) Find<T>(string library, Func<Symbols, T> bind)
    {
        IReadOnlyList<string> names = NativeLibraries.IsEmulated ? [EmulatedDriver.Library] : NativeLibraries.Versions(library, DriverVersion);
        nint handle = Load(library, names, out string path);
        return (bind(new(handle, path)), path);
    }

    static nint Load(string what, IReadOnlyList<string> names, out string path)
    {
        var tried = new List<string>();
        nint handle = NativeLibraries.Load(names, tried, out path);
        return handle != 0 ? handle : throw new CudaException("cuda", $"{what} is not installed here",
            string.Join(" or ", names), $"nothing at {string.Join(", ", tried)}");
    }
}
