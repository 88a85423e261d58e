using System.Globalization;
using System.Runtime.CompilerServices;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>A loaded entry point: what it takes, what it needs, and the call that launches it.</summary>
sealed unsafe class CudaKernel
{
    const int MaxArguments = 32;

    // Above this much dynamic shared memory a kernel must opt in.
    const int DefaultShared = 48 << 10;

    const int MaxThreadsAttribute = 0, SharedAttribute = 1, LocalAttribute = 3, RegistersAttribute = 4, MaxDynamicSharedAttribute = 8;

    readonly DriverApi _driver;
    readonly nint _function;
    readonly int[]? _sizes; // of the parameters; null where the driver does not tell
    readonly bool _isDry;
    int _sharedLimit = DefaultShared;

    internal CudaKernel(DriverApi driver, nint function, string variant, string entry)
    {
        _driver = driver;
        _function = function;
        Name = $"{variant} {entry}";
        Entry = entry;
        _sizes = ParameterSizes();
        Registers = Attribute(RegistersAttribute);
        SpillBytes = Attribute(LocalAttribute);
        StaticShared = Attribute(SharedAttribute);
        MaxThreads = Attribute(MaxThreadsAttribute);
    }

    CudaKernel(DriverApi driver, string name)
    {
        _driver = driver;
        _isDry = true;
        Name = Entry = name;
    }

    /// <summary>File, constants and entry point.</summary>
    internal string Name { get; }

    internal string Entry { get; }

    internal int Registers { get; }

    /// <summary>Local memory of a thread: above 0 registers were spilled, or an array could not be kept in them.</summary>
    internal int SpillBytes { get; }

    internal int StaticShared { get; }

    internal int MaxThreads { get; }

    /// <summary>The code it was loaded from; null if that is not known.</summary>
    internal CompiledKernel? Compiled { get; init; }

    /// <summary>One that does nothing when launched: to learn which variants a piece of work asks for.</summary>
    internal static CudaKernel Dry(DriverApi driver, string name) => new(driver, name);

    /// <summary>Blocks that one multiprocessor holds at once.</summary>
    internal int ActiveBlocks(int threads, int shared)
    {
        if (_isDry)
            return 1;
        int blocks;
        _driver.Check(_driver.OccupancyMaxActiveBlocksPerMultiprocessor(&blocks, _function, threads, (nuint)shared));
        return blocks;
    }

    /// <summary>Puts the kernel into the stream's work.</summary>
    /// <param name="threads">Of a block, along x.</param>
    /// <param name="shared">Bytes of dynamic shared memory.</param>
    /// <exception cref="CudaException">The arguments are not those of the kernel, or the driver refuses the launch.</exception>
    internal void Launch(CudaStream stream, Grid grid, int threads, int shared, params ReadOnlySpan<KernelArgument> arguments)
    {
        if (_isDry)
            return;
        if (_sizes is not null)
            CheckSizes(arguments);
        if (shared > _sharedLimit)
        {
            _driver.Check(_driver.FuncSetAttribute(_function, MaxDynamicSharedAttribute, shared));
            _sharedLimit = shared;
        }
        var recorder = LaunchRecorder.Active;
        var begin = recorder?.Begin(stream);
        void** addresses = stackalloc void*[arguments.Length];
        fixed (KernelArgument* still = arguments)
        {
            for (int i = 0; i < arguments.Length; i++)
                addresses[i] = KernelArgument.Address(ref still[i]);
            int status = _driver.LaunchKernel(_function, grid.X, grid.Y, grid.Z, (uint)threads, 1, 1, (uint)shared, stream.Handle, addresses, null);
            if (status != 0)
                throw _driver.Failure(status, string.Create(CultureInfo.InvariantCulture,
                    $"launch of {Name} with {grid.X} × {grid.Y} × {grid.Z} blocks of {threads} threads and {shared} bytes of shared memory"));
        }
        if (begin is not null)
            recorder!.End(stream, begin, Name, this, grid, threads, shared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void CheckSizes(ReadOnlySpan<KernelArgument> arguments)
    {
        bool fits = arguments.Length == _sizes!.Length;
        for (int i = 0; fits && i < arguments.Length; i++)
            fits = arguments[i].Size == _sizes[i];
        if (!fits)
            throw Misfit(arguments);
    }

    CudaException Misfit(ReadOnlySpan<KernelArgument> arguments)
    {
        int[] given = new int[arguments.Length];
        for (int i = 0; i < given.Length; i++)
            given[i] = arguments[i].Size;
        return new($"kernel {Name}", "is launched with other arguments than it takes", $"{string.Join(", ", _sizes!)} bytes",
            $"{string.Join(", ", given)} bytes");
    }

    int[]? ParameterSizes()
    {
        if (_driver.FuncGetParamInfo == null)
            return null;
        var sizes = new List<int>();
        nuint offset, size;
        while (sizes.Count < MaxArguments && _driver.FuncGetParamInfo(_function, (nuint)sizes.Count, &offset, &size) == 0)
            sizes.Add((int)size);
        return [.. sizes];
    }

    int Attribute(int attribute)
    {
        int value;
        _driver.Check(_driver.FuncGetAttribute(&value, attribute, _function));
        return value;
    }
}
