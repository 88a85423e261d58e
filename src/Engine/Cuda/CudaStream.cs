using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>Work in order. Each call returns at once; the device works it off.</summary>
sealed unsafe class CudaStream : IDisposable
{
    const uint NonBlocking = 1;

    readonly DriverApi _driver;
    nint _handle;

    internal CudaStream(DriverApi driver)
    {
        _driver = driver;
        nint handle;
        driver.Check(driver.StreamCreate(&handle, NonBlocking));
        _handle = handle;
    }

    internal nint Handle => _handle;

    internal DriverApi Driver => _driver;

    /// <summary>Whether work is being captured into a graph instead of done.</summary>
    internal bool IsCapturing
    {
        get
        {
            uint status;
            _driver.Check(_driver.StreamIsCapturing(_handle, &status));
            return status != 0;
        }
    }

    internal void Synchronize() => _driver.Check(_driver.StreamSynchronize(_handle));

    /// <summary>Later work of this stream begins after the event.</summary>
    internal void Wait(CudaEvent e) => _driver.Check(_driver.StreamWaitEvent(_handle, e.Handle, 0));

    /// <summary>From host memory, which may be reused at once unless it is pinned.</summary>
    internal void Upload(void* source, nint destination, long bytes)
    {
        var begin = LaunchRecorder.Active?.Begin(this);
        _driver.Check(_driver.MemcpyHtoDAsync((ulong)destination, source, (nuint)bytes, _handle));
        End(begin, "upload");
    }

    internal void Download(nint source, void* destination, long bytes)
    {
        var begin = LaunchRecorder.Active?.Begin(this);
        _driver.Check(_driver.MemcpyDtoHAsync(destination, (ulong)source, (nuint)bytes, _handle));
        End(begin, "download");
    }

    internal void Copy(nint source, nint destination, long bytes)
    {
        var begin = LaunchRecorder.Active?.Begin(this);
        _driver.Check(_driver.MemcpyDtoDAsync((ulong)destination, (ulong)source, (nuint)bytes, _handle));
        End(begin, "copy");
    }

    internal void Set(nint destination, byte value, long bytes)
    {
        var begin = LaunchRecorder.Active?.Begin(this);
        _driver.Check(_driver.MemsetD8Async((ulong)destination, value, (nuint)bytes, _handle));
        End(begin, "set");
    }

    void End(CudaEvent? begin, string name)
    {
        if (begin is not null)
            LaunchRecorder.Active?.End(this, begin, name);
    }

    public void Dispose()
    {
        if (_handle == 0)
            return;
        _driver.Check(_driver.StreamDestroy(_handle));
        _handle = 0;
    }
}
