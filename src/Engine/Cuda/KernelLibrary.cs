using System.Collections.Concurrent;
using System.Text;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Cuda;

/// <summary>The loaded kernels of a device: each variant is compiled and loaded when it is first asked for.</summary>
sealed unsafe class KernelLibrary : IDisposable
{
    readonly DriverApi _driver;
    readonly ConcurrentDictionary<string, Module> _modules = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Module>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    readonly Lock _loading = new();
    HashSet<KernelVariant>? _collected;

    internal KernelLibrary(DriverApi driver, KernelCompiler compiler)
    {
        _driver = driver;
        Compiler = compiler;
        _lookup = _modules.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    internal KernelCompiler Compiler { get; }

    /// <summary>While a graph is captured nothing can be loaded.</summary>
    internal bool IsSealed { get; set; }

    /// <summary>The variants in use, and their loaded kernels.</summary>
    internal IEnumerable<(CompiledKernel Compiled, IReadOnlyCollection<CudaKernel> Kernels)> Loaded
        => _modules.Values.Select(module => (module.Compiled, (IReadOnlyCollection<CudaKernel>)module.Kernels.Values));

    /// <summary>The entry point of the variant whose file and constants were just written to <see cref="KernelConstants"/>.</summary>
    /// <exception cref="KernelCompileException">The compiler refuses the text.</exception>
    internal CudaKernel Get(string file, string entry, string formula)
    {
        var written = KernelConstants.Written;
        if (_collected is { } collected)
        {
            lock (_loading)
                collected.Add(new(file, written[(file.Length + 1)..].ToString(), formula));
            return CudaKernel.Dry(_driver, $"{written} {entry}");
        }
        if (!_lookup.TryGetValue(written, out var module))
            module = Load(new(file, written[(file.Length + 1)..].ToString(), formula));
        return module.Kernels.TryGetValue(entry, out var kernel) ? kernel : module.Add(_driver, entry);
    }

    /// <summary>Whether variants are only noted, and nothing is launched.</summary>
    internal bool IsDry => _collected is not null;

    /// <summary>The variants that some work asks for; none is compiled, and no kernel runs.</summary>
    internal IReadOnlyCollection<KernelVariant> Collect(Action work)
    {
        var variants = new HashSet<KernelVariant>();
        _collected = variants;
        try
        {
            work();
        }
        finally
        {
            _collected = null;
        }
        return variants;
    }

    /// <summary>What an entry point takes, as the driver tells it of code that is not in use.</summary>
    /// <returns>Null if it is not this driver's code: a cache may hold that of other devices and compilers.</returns>
    internal KernelUse? Attributes(CompiledKernel compiled, string entry)
    {
        nint handle;
        fixed (byte* image = compiled.Cubin)
        {
            int status = _driver.ModuleLoadData(&handle, image);
            if (IsForeign(status))
                return null;
            _driver.Check(status, $"loading {compiled.Variant}");
        }
        try
        {
            var kernel = new Module(compiled, handle).Add(_driver, entry);
            return new(kernel.Registers, kernel.StaticShared, kernel.SpillBytes);
        }
        catch (CudaException failure) when (IsForeign(failure.Status))
        {
            return null;
        }
        finally
        {
            _driver.Check(_driver.ModuleUnload(handle));
        }
    }

    // An invalid image, no binary for this device, an invalid source, a name that is not found.
    static bool IsForeign(int status) => status is 200 or 209 or 300 or 500;

    public void Dispose()
    {
        foreach (var module in _modules.Values)
            _driver.Check(_driver.ModuleUnload(module.Handle));
        _modules.Clear();
    }

    Module Load(KernelVariant variant)
    {
        if (IsSealed)
            throw new SutiException("cuda graph", "the first use of a kernel cannot be captured; run the work once before", "a loaded kernel", variant.ToString());
        var compiled = Compiler.Compile(variant);
        lock (_loading)
        {
            string name = $"{variant.File} {variant.Constants}";
            if (_modules.TryGetValue(name, out var present))
                return present;
            nint handle;
            fixed (byte* image = compiled.Cubin)
                _driver.Check(_driver.ModuleLoadData(&handle, image), $"loading {variant}");
            var module = new Module(compiled, handle);
            _modules[name] = module;
            return module;
        }
    }

    sealed class Module(CompiledKernel compiled, nint handle)
    {
        internal CompiledKernel Compiled { get; } = compiled;

        internal nint Handle { get; } = handle;

        internal ConcurrentDictionary<string, CudaKernel> Kernels { get; } = new(StringComparer.Ordinal);

        internal CudaKernel Add(DriverApi driver, string entry)
        {
            nint function;
            fixed (byte* name = Encoding.UTF8.GetBytes(entry + "\0"))
                driver.Check(driver.ModuleGetFunction(&function, Handle, name), $"finding {entry} in {Compiled.Variant}");
            return Kernels.GetOrAdd(entry, new CudaKernel(driver, function, Compiled.Variant.ToString(), entry) { Compiled = Compiled });
        }
    }
}
