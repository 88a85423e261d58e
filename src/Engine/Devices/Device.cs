using System.Collections.Concurrent;
using SuTI.Engine.Cuda;

namespace SuTI.Engine;

/// <summary>Where tensors live and ops run. Every op adds its own abstract method to this class, in its own file.</summary>
public abstract partial class Device
{
    static readonly ConcurrentDictionary<int, Lazy<CudaDevice>> s_cuda = new();

    long _derivedBytes;

    /// <summary>The processor that runs this program.</summary>
    public static CpuDevice Cpu { get; } = new();

    /// <summary>A CUDA device, made when first asked for.</summary>
    /// <exception cref="CudaException">There is no driver, no such device, or one that is too old; the message says which.</exception>
    public static CudaDevice Cuda(int ordinal = 0) => s_cuda.GetOrAdd(ordinal, static which => new(() => new(CudaRuntime.Instance, which))).Value;

    /// <summary>The processor, and the CUDA devices in use.</summary>
    public static IEnumerable<Device> Known => s_cuda.Values.Where(device => device.IsValueCreated).Select(device => (Device)device.Value).Prepend(Cpu);

    /// <summary>Short name for messages: cpu, cuda:0.</summary>
    public abstract string Name { get; }

    /// <summary>Whether ops compute on this element type here: f32 and f64 on the processor; f32, bf16 and f16 under CUDA.</summary>
    public abstract bool Computes(DType type);

    /// <summary>What is alive on this device, and what it took at most.</summary>
    public MemoryLedger Memory { get; } = new();

    /// <summary>
    /// When true, new buffers are filled with NaN and fenced by sentinels that are checked when they are freed: for tests. Under
    /// CUDA each is then an allocation of the driver's own, since compute-sanitizer sees no further.
    /// </summary>
    public bool Guarded { get; set; }

    /// <summary>Gives unused cached memory back to the system.</summary>
    public abstract void ReleaseCached();

    public override string ToString() => Name;

    /// <summary>Bytes of forms that are kept beside storages (<see cref="Storage.Derive"/>).</summary>
    internal long DerivedBytes => Interlocked.Read(ref _derivedBytes);

    internal void CountDerived(long bytes) => Interlocked.Add(ref _derivedBytes, bytes);

    /// <summary>What is being captured as a graph on this device; null outside of captures.</summary>
    internal virtual GraphRecording? Recording => null;

    /// <exception cref="SutiException">A graph is being captured, of which <paramref name="what"/> cannot be a part.</exception>
    internal virtual void RefuseInCapture(string what)
    {
    }

    /// <exception cref="DeviceMemoryException">There is not enough memory.</exception>
    internal abstract Storage Allocate(long bytes, string origin);

    internal abstract void Free(Storage storage);

    /// <summary>Copies host bytes into a contiguous region.</summary>
    internal abstract void Upload(ReadOnlySpan<byte> source, Storage destination, long offsetBytes);

    /// <summary>Copies a contiguous region to the host; waits for the device.</summary>
    internal abstract void Download(Storage source, long offsetBytes, Span<byte> destination);
}
