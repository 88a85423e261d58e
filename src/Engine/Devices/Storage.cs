namespace SuTI.Engine;

/// <summary>A counted block of device memory that tensors and their views share.</summary>
/// <remarks>Counts are kept by hand, not by the collector: the last <see cref="Release"/> gives the block back at once.</remarks>
sealed unsafe class Storage
{
    int _references = 1;
    List<Derived>? _derived;

    internal Storage(Device device, long bytes, nint address, long capacity)
    {
        Device = device;
        Bytes = bytes;
        Address = address;
        Capacity = capacity;
    }

    internal Device Device { get; }

    /// <summary>Bytes asked for.</summary>
    internal long Bytes { get; }

    /// <summary>Bytes of the block behind it.</summary>
    internal long Capacity { get; }

    internal nint Address { get; private set; }

    /// <summary>Grows with every change made after birth; what was derived from an older version is stale.</summary>
    internal int Version { get; private set; }

    internal bool IsShared => _references > 1;

    internal bool IsAlive => _references > 0;

    /// <summary>Whether the buffer stands between sentinels.</summary>
    internal bool IsGuarded { get; init; }

    /// <summary>What the ledger prints: the scope that was open at birth.</summary>
    internal string Origin { get; set; } = "";

    internal void Retain() => _references++;

    internal void Release()
    {
        if (--_references > 0)
            return;
        ReleaseDerived();
        Device.Free(this);
        Address = 0;
    }

    internal void MarkChanged() => Version++;

    /// <summary>
    /// The form of this storage that <paramref name="key"/> names (weights packed for a kernel), made anew by
    /// <paramref name="fill"/> when the storage has changed since. It lives as long as the storage.
    /// </summary>
    internal Storage Derive<TState>(object key, long bytes, TState state, Action<TState, Storage> fill)
    {
        _derived ??= [];
        foreach (var entry in _derived)
        {
            if (!Equals(entry.Key, key) || entry.Storage.Bytes != bytes)
                continue;
            if (entry.Version != Version)
            {
                fill(state, entry.Storage);
                entry.Version = Version;
            }
            return entry.Storage;
        }
        var storage = Device.Allocate(bytes, "derived");
        try
        {
            fill(state, storage);
        }
        catch
        {
            storage.Release();
            throw;
        }
        _derived.Add(new(key, storage) { Version = Version });
        return storage;
    }

    internal void ReleaseDerived()
    {
        foreach (var entry in _derived ?? [])
            entry.Storage.Release();
        _derived = null;
    }

    sealed class Derived(object key, Storage storage)
    {
        public object Key { get; } = key;

        public Storage Storage { get; } = storage;

        public int Version { get; set; }
    }
}
