using SuTI.Engine.Cuda;

namespace SuTI.Engine;

/// <summary>A counted block of device memory that tensors and their views share.</summary>
/// <remarks>Counts are kept by hand, not by the collector: the last <see cref="Release"/> gives the block back at once.</remarks>
sealed unsafe class Storage
{
    const int Stale = -1;

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

    /// <summary>Where the block goes back to, if the device has several pools.</summary>
    internal object? Pool { get; init; }

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

    /// <summary>A change that was made to the derived form of <paramref name="kept"/> as well: it stays current if it was.</summary>
    internal void MarkChanged(object? kept)
    {
        if (kept is not null && Find(kept) is { } entry && entry.Version == Version)
            entry.Version++;
        Version++;
    }

    /// <summary>The derived form of this key, current or not; null if there is none.</summary>
    internal Storage? DerivedBy(object key) => Find(key)?.Storage;

    /// <summary>
    /// The form of this storage that <paramref name="key"/> names (weights packed for a kernel), made anew by
    /// <paramref name="fill"/> when the storage has changed since. It lives as long as the storage.
    /// </summary>
    /// <remarks>
    /// While a graph is captured the form must be there already. If it is current no node makes it, and <paramref name="fill"/> runs
    /// before a launch once the storage has changed: <paramref name="state"/> should not hold tensors of a scope.
    /// </remarks>
    internal Storage Derive<TState>(object key, long bytes, TState state, Action<TState, Storage> fill)
    {
        _derived ??= [];
        foreach (var entry in _derived)
        {
            if (!Equals(entry.Key, key) || entry.Storage.Bytes != bytes)
                continue;
            if (Device.Recording is { } recording && Pool != recording.Arena)
                Record(recording, entry, state, fill);
            else
                Refresh(entry, state, fill);
            return entry.Storage;
        }
        if (Device.Recording is { } other && Pool != other.Arena)
            Device.RefuseInCapture($"the first use of {key}");
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
        Device.CountDerived(bytes);
        return storage;
    }

    Derived? Find(object key) => _derived?.Find(entry => Equals(entry.Key, key));

    void Refresh<TState>(Derived entry, TState state, Action<TState, Storage> fill)
    {
        if (entry.Version == Version)
            return;
        fill(state, entry.Storage);
        entry.Version = Version;
    }

    void Record<TState>(GraphRecording recording, Derived entry, TState state, Action<TState, Storage> fill)
    {
        if (entry.Version == Version)
        {
            recording.Reads(entry, () => Refresh(entry, state, fill));
            return;
        }
        // Made by a node, in every launch, and not yet.
        Refresh(entry, state, fill);
        recording.AfterCapture(() => entry.Version = Stale);
    }

    internal void ReleaseDerived()
    {
        foreach (var entry in _derived ?? [])
        {
            Device.CountDerived(-entry.Storage.Bytes);
            entry.Storage.Release();
        }
        _derived = null;
    }

    sealed class Derived(object key, Storage storage)
    {
        public object Key { get; } = key;

        public Storage Storage { get; } = storage;

        public int Version { get; set; }
    }
}
