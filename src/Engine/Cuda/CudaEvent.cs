using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>A point in a stream: to wait for, and to measure between.</summary>
sealed unsafe class CudaEvent : IDisposable
{
    const uint DisableTiming = 2;

    readonly DriverApi _driver;
    nint _handle;

    /// <param name="timed">Whether <see cref="Since"/> will be asked; an event that is not timed costs less.</param>
    internal CudaEvent(DriverApi driver, bool timed = false)
    {
        _driver = driver;
        nint handle;
        driver.Check(driver.EventCreate(&handle, timed ? 0 : DisableTiming));
        _handle = handle;
    }

    internal nint Handle => _handle;

    /// <summary>Whether the work before it is done.</summary>
    internal bool IsDone
    {
        get
        {
            int status = _driver.EventQuery(_handle);
            if (status == DriverApi.NotReady)
                return false;
            _driver.Check(status);
            return true;
        }
    }

    internal void Record(CudaStream stream) => _driver.Check(_driver.EventRecord(_handle, stream.Handle));

    internal void Synchronize() => _driver.Check(_driver.EventSynchronize(_handle));

    /// <summary>Milliseconds on the device from an earlier event to this one; both are done.</summary>
    internal double Since(CudaEvent earlier)
    {
        float milliseconds;
        _driver.Check(_driver.EventElapsedTime(&milliseconds, earlier._handle, _handle));
        return milliseconds;
    }

    public void Dispose()
    {
        if (_handle == 0)
            return;
        _driver.Check(_driver.EventDestroy(_handle));
        _handle = 0;
    }
}
