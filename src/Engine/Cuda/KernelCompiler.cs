using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SuTI.Engine.Cuda.Native;
using SuTI.Kernels;

namespace SuTI.Engine.Cuda;

/// <summary>From kernel text to machine code by NVRTC, through a cache on disk. Any number of threads may compile at once.</summary>
sealed unsafe class KernelCompiler
{
    internal const string LineOption = "-lineinfo";

    readonly CudaRuntime _runtime;
    readonly Lazy<string> _compilerIdentity;
    int _compiled, _loaded;

    internal KernelCompiler(CudaRuntime runtime, int capability, KernelCache cache)
    {
        _runtime = runtime;
        Cache = cache;
        _compilerIdentity = new(Identity);
        Architecture = new(() => Target(capability));
    }

    internal KernelCache Cache { get; }

    /// <summary>sm_90a, sm_80: what code is made for.</summary>
    internal Lazy<string> Architecture { get; }

    /// <summary>Whether line numbers go into the code, so that a profiler finds the source.</summary>
    internal bool LineInformation { get; set; } = Environment.GetEnvironmentVariable("SUTI_LINEINFO") == "1";

    /// <summary>Variants compiled by this process, and variants found in the cache.</summary>
    internal (int Compiled, int Loaded) Counters => (_compiled, _loaded);

    /// <summary>The code of a variant, from the cache if it is there.</summary>
    /// <exception cref="KernelCompileException">The compiler refuses the text.</exception>
    internal CompiledKernel Compile(in KernelVariant variant)
    {
        string[] options = Options(variant);
        string text = Text(variant);
        string key = Key(text, options);
        if (Cache.Read(key, variant) is { } cached)
        {
            Interlocked.Increment(ref _loaded);
            return cached;
        }
        var (compiled, _) = Build(variant, text, options);
        Interlocked.Increment(ref _compiled);
        Cache.Write(key, compiled, text);
        return compiled;
    }

    /// <summary>What the compiler reads.</summary>
    internal static string Text(in KernelVariant variant)
        => variant.File.Length == 0 ? variant.Formula
            : variant.Formula.Length == 0 ? KernelText.Flatten(variant.File)
            : $"#line 1 \"formula\"\n{variant.Formula}\n{KernelText.Flatten(variant.File)}";

    internal string[] Options(in KernelVariant variant)
    {
        List<string> options = [$"--gpu-architecture={Architecture.Value}", "--std=c++17", "-default-device"];
        if (!NativeLibraries.IsEmulated)
            options.Add("--ptxas-options=-v");
        if (LineInformation)
            options.Add(LineOption);
        foreach (string constant in variant.Constants.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            options.Add("-D" + constant);
        return [.. options];
    }

    string Key(string text, string[] options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in (string[])[KernelCache.Format, _compilerIdentity.Value, string.Join(' ', options), text])
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // NVRTC does not tell its patch level, so the file's size and time stand for it.
    string Identity()
    {
        int major, minor;
        _runtime.Nvrtc.Check(_runtime.Nvrtc.Version(&major, &minor));
        var file = new FileInfo(_runtime.NvrtcPath);
        string patch = file.Exists ? $"{file.Length}-{file.LastWriteTimeUtc.Ticks}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"nvrtc {major}.{minor} {patch}");
    }

    // sm_90a code runs on 9.0 alone and has the warpgroup instructions; elsewhere the highest target that the compiler knows.
    string Target(int capability)
    {
        if (capability == 90)
            return "sm_90a";
        int count;
        var nvrtc = _runtime.Nvrtc;
        nvrtc.Check(nvrtc.GetNumSupportedArchs(&count));
        int[] known = new int[count];
        fixed (int* p = known)
            nvrtc.Check(nvrtc.GetSupportedArchs(p));
        int best = known.Where(arch => arch <= capability).DefaultIfEmpty(0).Max();
        if (best < 80)
            throw new CudaException("nvrtc", "knows no target for this GPU", "compute capability 8.0 or later",
                string.Create(CultureInfo.InvariantCulture, $"{capability / 10}.{capability % 10}"));
        return string.Create(CultureInfo.InvariantCulture, $"sm_{best}");
    }

    /// <summary>Compiles a text anew, past the cache.</summary>
    /// <returns>The code, and its PTX where the compiler gives it.</returns>
    /// <exception cref="KernelCompileException">The compiler refuses the text.</exception>
    internal (CompiledKernel Kernel, byte[] Ptx) Build(in KernelVariant variant, string text, string[] options)
    {
        var nvrtc = _runtime.Nvrtc;
        nint program;
        byte** arguments = stackalloc byte*[options.Length];
        byte* source = Utf8(text), name = Utf8(variant.File);
        for (int i = 0; i < options.Length; i++)
            arguments[i] = Utf8(options[i]);
        try
        {
            nvrtc.Check(nvrtc.CreateProgram(&program, source, name, 0, null, null));
            try
            {
                int status = nvrtc.CompileProgram(program, options.Length, arguments);
                string log = Log(program);
                if (status == NvrtcApi.CompilationFailed)
                    throw new KernelCompileException(variant.ToString(), string.Join(' ', options), log, text);
                nvrtc.Check(status);
                nuint size;
                nvrtc.Check(nvrtc.GetCubinSize(program, &size));
                byte[] cubin = new byte[size];
                fixed (byte* p = cubin)
                    nvrtc.Check(nvrtc.GetCubin(program, p));
                return (new(variant, string.Join(' ', options), cubin, log), Ptx(program));
            }
            finally
            {
                nvrtc.Check(nvrtc.DestroyProgram(&program));
            }
        }
        finally
        {
            for (int i = 0; i < options.Length; i++)
                NativeMemory.Free(arguments[i]);
            NativeMemory.Free(source);
            NativeMemory.Free(name);
        }
    }

    byte[] Ptx(nint program)
    {
        nuint size;
        if (_runtime.Nvrtc.GetPtxSize(program, &size) != 0 || size <= 1)
            return [];
        byte[] ptx = new byte[size];
        fixed (byte* p = ptx)
            _runtime.Nvrtc.Check(_runtime.Nvrtc.GetPtx(program, p));
        return ptx[..^1]; // ends with a zero
    }

    string Log(nint program)
    {
        nuint size;
        _runtime.Nvrtc.Check(_runtime.Nvrtc.GetLogSize(program, &size));
        byte[] text = new byte[Math.Max(1, (int)size)];
        fixed (byte* p = text)
            _runtime.Nvrtc.Check(_runtime.Nvrtc.GetLog(program, p));
        return Encoding.UTF8.GetString(text).TrimEnd('\0');
    }

    static byte* Utf8(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        byte* p = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(p, length));
        p[length] = 0;
        return p;
    }
}
