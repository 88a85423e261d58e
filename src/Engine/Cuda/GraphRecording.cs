using System.Runtime.CompilerServices;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>
/// What a graph needs beside its nodes: the memory it works in, numbers that the host decides anew before each launch, and what the
/// host has to do then.
/// </summary>
sealed unsafe class GraphRecording
{
    // Numbers of a training step's optimizers are a few hundred bytes.
    const int ArgumentBytes = 16 << 10;
    const int Alignment = 16;

    readonly byte[] _arguments = new byte[ArgumentBytes];
    readonly nint _argumentBlock;
    readonly List<Action> _actions = [];
    readonly List<Action> _refreshes = [];
    readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    readonly List<Action> _afterCapture = [];
    readonly List<(CudaAllocator Pool, nint Address)> _held = [];
    int _argumentEnd;

    internal GraphRecording(DriverApi driver, MemoryLedger ledger)
    {
        Arena = new(driver, ledger) { MayAllocateWhileCapturing = true };
        (_argumentBlock, _) = Arena.Take(ArgumentBytes);
        if (_argumentBlock == 0)
            throw new DeviceMemoryException("cuda graph", "there is no memory for its arguments", $"{ArgumentBytes} bytes", ledger.Describe());
    }

    /// <summary>Memory of what is born while capturing; its addresses stay as long as the graph or a tensor in it lives.</summary>
    internal CudaAllocator Arena { get; }

    /// <summary>The address of a number that is computed anew before each launch, in the order of these calls and <see cref="OnLaunch"/>.</summary>
    internal nint Argument<T>(Func<T> value) where T : unmanaged
    {
        int at = _argumentEnd, end = at + (int)CudaAllocator.RoundUp(sizeof(T), Alignment);
        if (end > ArgumentBytes)
            throw new SutiException("cuda graph", "takes fewer arguments from the host", $"at most {ArgumentBytes} bytes", $"{end}");
        _argumentEnd = end;
        _actions.Add(() => Unsafe.WriteUnaligned(ref _arguments[at], value()));
        return _argumentBlock + at;
    }

    internal void OnLaunch(Action action) => _actions.Add(action);

    /// <summary>What the host has done before its time, undone at the end of the capture.</summary>
    internal void AfterCapture(Action action) => _afterCapture.Add(action);

    /// <summary>
    /// A derived form of a storage that was current while capturing, so that no node makes it: before a launch it is made anew if
    /// the storage has changed since.
    /// </summary>
    internal void Reads(object derived, Action refresh)
    {
        if (_seen.Add(derived))
            _refreshes.Add(refresh);
    }

    /// <summary>Memory from outside that was given back while capturing, which nodes may use: nobody else gets it before the graph is gone.</summary>
    internal void Hold(Storage storage) => _held.Add(((CudaAllocator)storage.Pool!, storage.Address));

    internal void EndCapture()
    {
        foreach (var action in _afterCapture)
            action();
        _afterCapture.Clear();
    }

    /// <summary>Brings the host's part up to date and sends the numbers.</summary>
    internal void Prepare(CudaStream stream, PinnedStaging staging)
    {
        foreach (var refresh in _refreshes)
            refresh();
        foreach (var action in _actions)
            action();
        if (_argumentEnd > 0)
            staging.Upload(stream, _arguments.AsSpan(0, _argumentEnd), _argumentBlock);
    }

    internal void Release()
    {
        foreach (var (pool, address) in _held)
            pool.Give(address);
        _held.Clear();
        Arena.Give(_argumentBlock);
        Arena.Retire();
    }
}
