using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SuTI.Engine.Catalogue;
using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine;

/// <summary>An entry point of a variant that lies in the cache.</summary>
/// <param name="Key">The cache's name of the variant: what its text, options and compiler were.</param>
/// <param name="Hash">Of the code.</param>
/// <param name="Registers">A thread's; null where neither the log nor a device tells.</param>
/// <param name="SharedBytes">Static.</param>
/// <param name="SpillBytes">Local memory of a thread.</param>
public sealed record KernelReport(string Key, string Variant, string Entry, int? Registers, int? SharedBytes, int? SpillBytes, int CubinBytes,
    string Hash, string Options);

/// <summary>What became of compiling many variants.</summary>
/// <param name="Compiled">By this call.</param>
/// <param name="Loaded">Found in the cache.</param>
/// <param name="Failures">Messages of the compiler.</param>
public sealed record KernelBuild(int Compiled, int Loaded, double Milliseconds, IReadOnlyList<string> Failures);

/// <summary>The compiled kernels in the cache: listed, built, written out, removed.</summary>
public static unsafe partial class KernelInventory
{
    static readonly DType[] s_types = [DType.Float32, DType.BFloat16, DType.Float16];

    /// <summary>Where compiled kernels lie: SUTI_CACHE names the folder above.</summary>
    public static string Folder => KernelCache.DefaultFolder;

    /// <summary>Every entry point of every variant in the cache.</summary>
    /// <param name="device">Asked where the compiler's log says nothing; null asks nobody.</param>
    public static IReadOnlyList<KernelReport> List(CudaDevice? device)
        => [.. new KernelCache(Folder).All().SelectMany(found => Reports(found.Key, found.Kernel, found.Text, device))];

    /// <summary>Compiles on all processors what the op catalogue and <paramref name="work"/> ask a device for.</summary>
    /// <param name="files">Parts of names of kernel files; all if there is none.</param>
    public static KernelBuild Compile(CudaDevice device, IReadOnlyCollection<string> files, params IEnumerable<Action> work)
    {
        ArgumentNullException.ThrowIfNull(device);
        long start = Stopwatch.GetTimestamp();
        var (compiledBefore, loadedBefore) = device.Kernels.Compiler.Counters;
        var variants = device.Kernels.Collect(() =>
        {
            foreach (var variant in OpCatalogue.All().SelectMany(entry => entry.Variants))
            {
                foreach (var type in s_types)
                    Try(() => OpChecks.Exercise(variant, device, type));
            }
            _ = device.Kernel("bench/lead.cu", "lead", $"");
            foreach (var other in work)
                Try(other);
        });
        var failures = new ConcurrentBag<string>();
        var wanted = variants.Where(v => files.Count == 0 || files.Any(part => v.File.Contains(part, StringComparison.Ordinal)));
        Parallel.ForEach(wanted, variant =>
        {
            try
            {
                device.Kernels.Compiler.Compile(variant);
            }
            catch (KernelCompileException failure)
            {
                failures.Add(failure.Message);
            }
        });
        var (compiled, loaded) = device.Kernels.Compiler.Counters;
        return new(compiled - compiledBefore, loaded - loadedBefore, Stopwatch.GetElapsedTime(start).TotalMilliseconds, [.. failures.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Variants that this process has compiled, and those it found in the cache.</summary>
    public static (int Compiled, int Loaded) Counters(CudaDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Kernels.Compiler.Counters;
    }

    /// <summary>
    /// Writes one folder a variant: flattened source with the formula, PTX, code, options, log and attributes; and beside them the
    /// files as they were written, where a profiler finds the lines that the code names.
    /// </summary>
    /// <param name="device">What compiles anew, for PTX and line numbers; null writes what the cache holds.</param>
    /// <returns>How many variants.</returns>
    public static int Dump(string folder, CudaDevice? device, bool lineInformation)
    {
        foreach (string file in KernelText.AllFiles)
        {
            string path = Path.Combine(folder, "source", file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, KernelText.Read(file));
        }
        var all = new KernelCache(Folder).All().ToList();
        Parallel.ForEach(all, found => Dump(folder, found.Key, found.Kernel, found.Text, device, lineInformation));
        return all.Count;
    }

    /// <summary>Empties the cache.</summary>
    /// <returns>How many variants it held.</returns>
    public static int Clear() => new KernelCache(Folder).Clear();

    /// <summary>Of a variant's code; the first digits tell variants apart.</summary>
    internal static string HashOf(byte[] cubin) => Convert.ToHexStringLower(SHA256.HashData(cubin))[..12];

    /// <summary>The names that a text exports.</summary>
    internal static string[] EntriesOf(string text)
        => Exports().Matches(text) is { Count: > 0 } found ? found[^1].Groups[1].Value.Split(',', StringSplitOptions.TrimEntries) : [];

    static IEnumerable<KernelReport> Reports(string key, CompiledKernel kernel, string text, CudaDevice? device)
    {
        var logged = KernelLog.Parse(kernel.Log);
        string hash = HashOf(kernel.Cubin);
        foreach (string entry in EntriesOf(text))
        {
            KernelUse? use = logged.TryGetValue(entry, out var said) ? said : device?.UseOf(kernel, entry);
            yield return new(key, kernel.Variant.ToString(), entry, use?.Registers, use?.SharedBytes, use?.SpillBytes, kernel.Cubin.Length, hash, kernel.Options);
        }
    }

    static void Dump(string folder, string key, CompiledKernel kernel, string text, CudaDevice? device, bool lineInformation)
    {
        byte[] ptx = [];
        if (device is not null)
        {
            List<string> options = [.. kernel.Options.Split(' ')];
            if (lineInformation && !options.Contains(KernelCompiler.LineOption))
                options.Add(KernelCompiler.LineOption);
            (kernel, ptx) = device.Kernels.Compiler.Build(kernel.Variant, text, [.. options]);
        }
        string name = NotInNames().Replace(kernel.Variant.ToString(), "_");
        string at = Path.Combine(folder, $"{name[..Math.Min(name.Length, 120)]}-{key[..8]}");
        Directory.CreateDirectory(at);
        File.WriteAllText(Path.Combine(at, "source.cu"), text);
        File.WriteAllText(Path.Combine(at, "options.txt"), kernel.Options.Replace(" ", "\n", StringComparison.Ordinal) + "\n");
        File.WriteAllText(Path.Combine(at, "log.txt"), kernel.Log);
        File.WriteAllBytes(Path.Combine(at, "kernel.cubin"), kernel.Cubin);
        if (ptx.Length > 0)
            File.WriteAllBytes(Path.Combine(at, "kernel.ptx"), ptx);
        var attributes = new StringBuilder("entry\tregisters\tshared bytes\tspill bytes\n");
        foreach (var report in Reports(key, kernel, text, device))
            attributes.Append(System.Globalization.CultureInfo.InvariantCulture, $"{report.Entry}\t{report.Registers}\t{report.SharedBytes}\t{report.SpillBytes}\n");
        File.WriteAllText(Path.Combine(at, "attributes.tsv"), attributes.ToString());
    }

    // What has no kernel yet, or refuses the values that were never computed, asks for no more variants.
    static void Try(Action work)
    {
        try
        {
            using var scope = TensorScope.Open("variants");
            work();
        }
        catch (SutiException)
        {
        }
    }

    [GeneratedRegex(@"^\s*EXPORT_KERNELS\(([^)]*)\)", RegexOptions.Multiline)]
    private static partial Regex Exports();

    [GeneratedRegex("[^A-Za-z0-9_.=]+")]
    private static partial Regex NotInNames();
}
