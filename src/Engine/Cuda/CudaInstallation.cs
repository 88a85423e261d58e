using System.Globalization;
using SuTI.Engine.Cuda;

namespace SuTI.Engine;

/// <summary>A library that the CUDA backend needs.</summary>
/// <param name="Path">Where it was found; null if it was not.</param>
/// <param name="Missing">What was tried, if it was not found.</param>
public sealed record CudaLibrary(string Name, string? Path, string? Version, string? Missing);

/// <summary>What of CUDA is installed here. Nothing here throws: a missing library is part of the answer.</summary>
public static unsafe class CudaInstallation
{
    /// <summary>The driver, NVRTC and cuBLASLt.</summary>
    public static IReadOnlyList<CudaLibrary> Libraries()
    {
        var driver = Library("driver", () =>
        {
            int version = CudaRuntime.Instance.DriverVersion;
            return (CudaRuntime.Instance.DriverPath, string.Create(CultureInfo.InvariantCulture, $"CUDA {version / 1000}.{version % 1000 / 10}"));
        });
        return driver.Path is null ? [driver] : [driver, Library("nvrtc", Nvrtc), Library("cublasLt", CublasLt)];
    }

    /// <summary>Devices that the driver knows; 0 without one.</summary>
    public static int DeviceCount()
    {
        try
        {
            int count;
            var driver = CudaRuntime.Instance.Driver;
            driver.Check(driver.DeviceGetCount(&count));
            return count;
        }
        catch (CudaException)
        {
            return 0;
        }
    }

    static (string Path, string Version) Nvrtc()
    {
        int major, minor;
        var nvrtc = CudaRuntime.Instance.Nvrtc;
        nvrtc.Check(nvrtc.Version(&major, &minor));
        return (CudaRuntime.Instance.NvrtcPath, string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}"));
    }

    static (string Path, string Version) CublasLt()
        => (CudaRuntime.Instance.CublasLtPath, string.Create(CultureInfo.InvariantCulture, $"{CudaRuntime.Instance.CublasLt.GetVersion()}"));

    static CudaLibrary Library(string name, Func<(string Path, string Version)> find)
    {
        try
        {
            var (path, version) = find();
            return new(name, path, version, null);
        }
        catch (CudaException missing)
        {
            return new(name, null, null, missing.Message);
        }
    }
}
