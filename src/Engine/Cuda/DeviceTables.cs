using System.Runtime.InteropServices;

namespace SuTI.Engine.Cuda;

/// <summary>Small constant arrays that kernels read, uploaded once for each object they describe.</summary>
/// <remarks>They belong to the device, as compiled kernels do: no ledger counts them.</remarks>
sealed class DeviceTables(CudaAllocator allocator)
{
    // Beyond this many all are made anew: networks use the same few again and again.
    const int Most = 512;

    readonly Dictionary<object, nint> _addresses = new(ReferenceEqualityComparer.Instance);

    /// <summary>The address of the table of <paramref name="owner"/>.</summary>
    /// <param name="upload">Copies bytes to an address, in the stream's order.</param>
    /// <exception cref="DeviceMemoryException">There is no memory.</exception>
    internal nint Get<TOwner>(TOwner owner, Func<TOwner, int[]> words, Action<ReadOnlySpan<byte>, nint> upload) where TOwner : class
    {
        if (_addresses.TryGetValue(owner, out nint address))
            return address;
        if (_addresses.Count == Most)
            Clear();
        var bytes = MemoryMarshal.AsBytes(words(owner).AsSpan());
        address = allocator.Take(bytes.Length).Address;
        if (address == 0)
            throw new DeviceMemoryException("cuda", "out of memory for a table", $"{bytes.Length} bytes", "none");
        upload(bytes, address);
        return _addresses[owner] = address;
    }

    // Kernels in the stream may still read them: later users of the memory queue behind those.
    void Clear()
    {
        foreach (nint address in _addresses.Values)
            allocator.Give(address);
        _addresses.Clear();
    }
}
