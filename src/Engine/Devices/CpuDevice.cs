using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using SuTI.Kernels;

namespace SuTI.Engine;

/// <summary>The processor: SIMD kernels on a pool of threads.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process; its threads are background threads.")]
public sealed partial class CpuDevice : Device
{
    readonly CpuAllocator _allocator;
    WorkerPool? _pool;

    internal CpuDevice() => _allocator = new(Memory);

    public override string Name => "cpu";

    /// <summary>The instruction set in use: avx512, avx2 or vector128.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "A fact of the device, asked of the device.")]
    public string InstructionSet => Simd.Level;

    /// <summary>Threads that run kernels; all processors unless SUTI_THREADS says otherwise. Results do not depend on it.</summary>
    public int Threads
    {
        get => Pool.Threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            if (_pool?.Threads == value)
                return;
            _pool?.Dispose();
            _pool = new(value);
        }
    }

    public override bool Computes(DType type) => type is DType.Float32 or DType.Float64;

    internal WorkerPool Pool => _pool ??= new(DefaultThreads());

    public override void ReleaseCached() => _allocator.Release();

    internal override Storage Allocate(long bytes, string origin) => Allocate(bytes, origin, isScratch: false);

    /// <summary>Scratch that lives as long as the op that asks for it.</summary>
    static Span<T> Workspace<T>(long length) where T : unmanaged
    {
        if (length == 0)
            return default;
        var shape = Shape.Create(checked((int)length));
        var storage = Cpu.Allocate(length * Unsafe.SizeOf<T>(), "workspace", isScratch: true);
        var tensor = new Tensor(storage, shape, Strides.RowMajor(shape), 0, DTypes.Of<T>());
        TensorScope.Require("workspace").Adopt(tensor);
        return tensor.Span<T>();
    }

    unsafe Storage Allocate(long bytes, string origin, bool isScratch)
    {
        bool guarded = Guarded;
        long fence = guarded ? 2 * MemoryFence.Bytes : 0;
        long capacity = CpuAllocator.ClassSize(checked(bytes + fence));
        nint block = _allocator.Take(ref capacity, isScratch);
        if (block == 0)
        {
            throw new DeviceMemoryException("cpu", "out of memory; the largest buffers are listed here\n"
                + Memory.Describe(), string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes for {origin}"),
                string.Create(CultureInfo.InvariantCulture, $"{Memory.ReservedBytes:N0} bytes reserved already"));
        }
        if (guarded)
            block = MemoryFence.Raise(block, bytes);
        var storage = new Storage(this, bytes, block, capacity) { Origin = origin, IsGuarded = guarded };
        Memory.Add(storage);
        return storage;
    }

    internal override void Free(Storage storage)
    {
        Memory.Remove(storage);
        nint block = storage.Address;
        string? damage = null;
        if (storage.IsGuarded)
            block = MemoryFence.Lower(block, storage.Bytes, out damage);
        _allocator.Give(block, storage.Capacity);
        if (damage is not null)
            throw new MemoryGuardException(storage.Origin, "memory beside a buffer was written", "untouched sentinels", damage);
    }

    internal override unsafe void Upload(ReadOnlySpan<byte> source, Storage destination, long offsetBytes)
    {
        fixed (byte* p = source)
            Buffer.MemoryCopy(p, (byte*)destination.Address + offsetBytes, destination.Bytes - offsetBytes, source.Length);
    }

    internal override unsafe void Download(Storage source, long offsetBytes, Span<byte> destination)
    {
        fixed (byte* p = destination)
            Buffer.MemoryCopy((byte*)source.Address + offsetBytes, p, destination.Length, destination.Length);
    }

    static int DefaultThreads()
        => int.TryParse(Environment.GetEnvironmentVariable("SUTI_THREADS"), out int threads) && threads > 0
            ? threads
            : Environment.ProcessorCount;
}
