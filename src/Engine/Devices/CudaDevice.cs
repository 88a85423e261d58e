using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine;

/// <summary>A CUDA device: our kernels, compiled by NVRTC when first needed, and cuBLASLt for matrix products.</summary>
/// <remarks>
/// It computes in f32, and in bf16 and f16 with sums in f32. One stream carries all work; the host waits only where a value is read.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process, as the driver's context does.")]
public sealed unsafe partial class CudaDevice : Device
{
    const int FenceBytes = MemoryFence.Bytes;

    [ThreadStatic]
    static nint s_current;

    readonly nint _context;
    readonly CudaAllocator _allocator;
    PinnedStaging? _staging;
    DeferredFaults? _faults;
    DeviceTables? _tables;

    internal CudaDevice(CudaRuntime runtime, int ordinal)
    {
        Runtime = runtime;
        Ordinal = ordinal;
        var driver = runtime.Driver;
        int device;
        driver.Check(driver.DeviceGet(&device, ordinal));
        int handle = device;
        byte* name = stackalloc byte[256];
        driver.Check(driver.DeviceGetName(name, 256, handle));
        Model = Marshal.PtrToStringUTF8((nint)name) ?? "";
        int Attribute(int which)
        {
            int value;
            driver.Check(driver.DeviceGetAttribute(&value, which, handle), $"cuDeviceGetAttribute {which}");
            return value;
        }
        Multiprocessors = Attribute(16);
        L2Bytes = Attribute(38);
        Capability = (Attribute(75) * 10) + Attribute(76);
        SharedBytes = Attribute(97);
        Multiprocessor = new(Attribute(39), Attribute(82), Attribute(81), Attribute(106));
        if (Capability < 80)
            throw new CudaException($"cuda:{ordinal}", "is too old for the kernels", "compute capability 8.0 or later",
                string.Create(CultureInfo.InvariantCulture, $"{Model}, {Capability / 10}.{Capability % 10}"));
        nuint total;
        driver.Check(driver.DeviceTotalMem(&total, handle));
        TotalBytes = (long)total;
        nint context;
        driver.Check(driver.DevicePrimaryCtxRetain(&context, handle));
        _context = context;
        MakeCurrent();
        Stream = new(driver);
        Kernels = new(driver, new(runtime, Capability, new(KernelCache.DefaultFolder)));
        _allocator = new(driver, Memory);
    }

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"cuda:{Ordinal}");

    public int Ordinal { get; }

    /// <summary>The device's name as the driver tells it.</summary>
    public string Model { get; }

    /// <summary>10 · major + minor.</summary>
    public int Capability { get; }

    public int Multiprocessors { get; }

    public long L2Bytes { get; }

    /// <summary>Shared memory that one block may have.</summary>
    public int SharedBytes { get; }

    public long TotalBytes { get; }

    /// <summary>Whether kernels run on the processor by the emulated driver: right, and slow.</summary>
    public bool IsEmulated { get; } = NativeLibraries.IsEmulated;

    /// <summary>Whether f32 matrix products and convolutions may round their operands to tf32; false by default.</summary>
    public bool AllowsTf32 { get; set; }

    /// <summary>What each of the multiprocessors has.</summary>
    internal Multiprocessor Multiprocessor { get; }

    internal CudaRuntime Runtime { get; }

    internal DriverApi Driver => Runtime.Driver;

    internal KernelLibrary Kernels { get; }

    /// <summary>What carries all work.</summary>
    internal CudaStream Stream { get; }

    public override bool Computes(DType type) => type is DType.Float32 or DType.BFloat16 or DType.Float16;

    public override void ReleaseCached()
    {
        RefuseInCapture("giving memory back");
        MakeCurrent();
        Stream.Synchronize();
        _allocator.Release();
    }

    /// <summary>Waits until all work is done.</summary>
    /// <exception cref="CudaException">Some of it failed.</exception>
    /// <exception cref="SutiException">A kernel found an operand's values wrong.</exception>
    public void Synchronize()
    {
        RefuseInCapture("waiting for the device");
        MakeCurrent();
        Faults.Request();
        Stream.Synchronize();
        Faults.Check();
    }

    internal override Storage Allocate(long bytes, string origin)
    {
        MakeCurrent();
        var storage = Guarded && !IsCapturing ? AllocateGuarded(bytes, origin) : AllocatePooled(bytes, origin);
        Memory.Add(storage);
        return storage;
    }

    internal override void Free(Storage storage)
    {
        MakeCurrent();
        Memory.Remove(storage);
        if (storage.IsGuarded)
            FreeGuarded(storage);
        else if (_recording is not null && storage.Pool != _recording.Arena)
            _recording.Hold(storage); // nodes may use it
        else
            ((CudaAllocator)storage.Pool!).Give(storage.Address);
    }

    internal override void Upload(ReadOnlySpan<byte> source, Storage destination, long offsetBytes)
    {
        RefuseInCapture("an upload");
        MakeCurrent();
        Staging.Upload(Stream, source, destination.Address + (nint)offsetBytes);
    }

    internal override void Download(Storage source, long offsetBytes, Span<byte> destination)
    {
        RefuseInCapture("reading a value");
        if (destination.IsEmpty)
            return;
        MakeCurrent();
        Faults.Request();
        Staging.Download(Stream, source.Address + (nint)offsetBytes, destination);
        Faults.Check();
    }

    /// <summary>The entry point of a kernel file under constants: <c>Kernel("norms/group_norm.cu", "apply", $"TYPE={x.DType} SILU={silu}")</c>.</summary>
    internal CudaKernel Kernel(string file, string entry, [InterpolatedStringHandlerArgument(nameof(file))] KernelConstants constants)
    {
        _ = constants; // it has written itself to where the library looks
        MakeCurrent();
        return Kernels.Get(file, entry, "");
    }

    /// <summary>As above, with a text that stands before the file's own.</summary>
    internal CudaKernel Kernel(string file, string entry, string formula, [InterpolatedStringHandlerArgument(nameof(file))] KernelConstants constants)
    {
        _ = constants;
        MakeCurrent();
        return Kernels.Get(file, entry, formula);
    }

    /// <summary>What an entry point of code that need not be in use takes.</summary>
    internal KernelUse? UseOf(CompiledKernel compiled, string entry)
    {
        MakeCurrent();
        return Kernels.Attributes(compiled, entry);
    }

    /// <summary>Blocks for a loop over all elements in strides of the grid: enough to fill the device, no more than there is work.</summary>
    internal Grid GridFor(long items, int threads)
        => new((uint)Math.Clamp((items + threads - 1) / threads, 1, Multiprocessors * 16L));

    PinnedStaging Staging => _staging ??= new(Driver);

    DeferredFaults Faults => _faults ??= new(Driver, Stream);

    DeviceTables Tables => _tables ??= new(_allocator);

    void MakeCurrent()
    {
        if (s_current == _context)
            return;
        Driver.Check(Driver.CtxSetCurrent(_context));
        s_current = _context;
    }

    Storage AllocatePooled(long bytes, string origin)
    {
        var pool = _recording?.Arena ?? _allocator;
        var (address, capacity) = pool.Take(bytes);
        return address != 0 ? new(this, bytes, address, capacity) { Origin = origin, Pool = pool } : throw OutOfMemory(bytes, origin);
    }

    // The fence behind the buffer is left out under emulation: there the next page faults.
    Storage AllocateGuarded(long bytes, string origin)
    {
        long behind = NativeLibraries.IsEmulated ? 0 : FenceBytes, capacity = Math.Max(1, bytes) + FenceBytes + behind;
        ulong block;
        int status = Driver.MemAlloc(&block, (nuint)capacity);
        if (status == DriverApi.OutOfMemory)
            throw OutOfMemory(bytes, origin);
        Driver.Check(status);
        nint address = (nint)block + FenceBytes;
        Stream.Set((nint)block, MemoryFence.Sentinel, FenceBytes);
        Stream.Set(address, MemoryFence.Poison, Math.Max(1, bytes));
        if (behind > 0)
            Stream.Set(address + (nint)Math.Max(1, bytes), MemoryFence.Sentinel, behind);
        return new(this, bytes, address, capacity) { Origin = origin, IsGuarded = true };
    }

    void FreeGuarded(Storage storage)
    {
        long behind = storage.Capacity - FenceBytes - Math.Max(1, storage.Bytes);
        byte[] fences = new byte[FenceBytes + behind];
        Staging.Download(Stream, storage.Address - FenceBytes, fences.AsSpan(0, FenceBytes));
        if (behind > 0)
            Staging.Download(Stream, storage.Address + (nint)Math.Max(1, storage.Bytes), fences.AsSpan(FenceBytes));
        Driver.Check(Driver.MemFree((ulong)(storage.Address - FenceBytes)));
        int damaged = fences.AsSpan().IndexOfAnyExcept(MemoryFence.Sentinel);
        if (damaged >= 0)
            throw new MemoryGuardException(storage.Origin, "memory beside a buffer was written", "untouched sentinels",
                damaged < FenceBytes ? $"a change {FenceBytes - damaged} bytes before it" : $"a change {damaged - FenceBytes} bytes after its end");
    }

    DeviceMemoryException OutOfMemory(long bytes, string origin)
        => new(Name, "out of memory; the largest buffers are listed here\n" + Memory.Describe(),
            string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes for {origin}"),
            string.Create(CultureInfo.InvariantCulture, $"{Memory.ReservedBytes:N0} bytes reserved already of {TotalBytes:N0}"));
}
