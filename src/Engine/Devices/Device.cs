namespace SuTI.Engine;

/// <summary>Where tensors live and ops run. Every op adds its own abstract method to this class, in its own file.</summary>
public abstract partial class Device
{
    /// <summary>The processor that runs this program.</summary>
    public static CpuDevice Cpu { get; } = new();

    /// <summary>Short name for messages: cpu, cuda:0.</summary>
    public abstract string Name { get; }

    /// <summary>What is alive on this device, and what it took at most.</summary>
    public MemoryLedger Memory { get; } = new();

    /// <summary>Gives unused cached memory back to the system.</summary>
    public abstract void ReleaseCached();

    public override string ToString() => Name;

    /// <exception cref="DeviceMemoryException">There is not enough memory.</exception>
    internal abstract Storage Allocate(long bytes, string origin);

    internal abstract void Free(Storage storage);

    /// <summary>Copies host bytes into a contiguous region.</summary>
    internal abstract void Upload(ReadOnlySpan<byte> source, Storage destination, long offsetBytes);

    /// <summary>Copies a contiguous region to the host; waits for the device.</summary>
    internal abstract void Download(Storage source, long offsetBytes, Span<byte> destination);
}
