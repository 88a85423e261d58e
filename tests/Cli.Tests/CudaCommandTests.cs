using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SuTI.Cli.Tests;

/// <summary>The commands for CUDA, on the emulated driver.</summary>
[NonParallelizable]
public class CudaCommandTests
{
    string _cache = "";

    [OneTimeSetUp]
    public void NewCache()
    {
        _cache = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        // The emulated driver itself is built once a machine, not once a cache.
        if (Directory.Exists(SharedCache))
        {
            foreach (string built in Directory.EnumerateDirectories(SharedCache, "emulator-*"))
            {
                Directory.CreateDirectory(_cache);
                Directory.CreateSymbolicLink(Path.Combine(_cache, Path.GetFileName(built)), built);
            }
        }
    }

    [OneTimeTearDown]
    public void RemoveCache()
    {
        if (Directory.Exists(_cache))
            Directory.Delete(_cache, recursive: true);
    }

    [Test]
    public void Device_shows_the_emulated_device_and_the_libraries()
    {
        var lines = Shell.Lines(Run("device", "--json").Output);
        Assert.That((bool)lines.Single(line => (string?)line["device"] == "cuda:0")["emulated"]!, Is.True);
        Assert.That(lines.Where(line => line["library"] is not null).Select(line => (string)line["library"]!), Is.EqualTo(new[] { "driver", "nvrtc", "cublasLt" }));
        Assert.That(lines.Where(line => line["library"] is not null).Select(line => (string?)line["path"]), Has.None.Null);
    }

    [Test]
    public void Gradcheck_compares_each_type_with_f64()
    {
        var (code, output, _) = Run("gradcheck", "silu", "--device", "emulated", "--dtype", "f32,bf16", "--json");
        var lines = Shell.Lines(output);
        Assert.That(code, Is.Zero, output);
        Assert.That(lines.Select(line => (string)line["dtype"]!).Distinct(), Is.EqualTo(new[] { "f32", "bf16" }));
        Assert.That(lines.Select(line => (bool)line["passed"]!), Is.All.True);
    }

    [Test]
    public void Compiled_kernels_are_found_by_the_next_process_listed_dumped_and_cleared()
    {
        string[] compile = ["kernels", "compile", "elementwise/cast.cu", "--device", "emulated", "--tiny", "--json"];
        var (code, first, error) = Run(compile);
        Assert.That(code, Is.Zero, error);
        int compiled = (int)Shell.Lines(first).Single()["compiled"]!;
        Assert.That(compiled, Is.GreaterThan(2));
        var second = Shell.Lines(Run(compile).Output).Single();
        Assert.That(((int)second["compiled"]!, (int)second["loaded"]!), Is.EqualTo((0, compiled)));

        var listed = Shell.Lines(Run("kernels", "list", "--json").Output);
        Assert.That(listed.Count(line => ((string)line["variant"]!).StartsWith("elementwise/cast.cu", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(compiled));
        Assert.That(listed.Select(line => (int)line["cubin_bytes"]!), Is.All.GreaterThan(0));

        string folder = Path.Combine(_cache, "dump");
        Assert.That(Run("kernels", "dump", folder, "--device", "emulated", "--lineinfo").Code, Is.Zero);
        string variant = Directory.EnumerateDirectories(folder, "elementwise_cast.cu*").First();
        foreach (string file in (string[])["source.cu", "options.txt", "log.txt", "kernel.cubin", "attributes.tsv"])
            Assert.That(File.Exists(Path.Combine(variant, file)), file);
        Assert.That(File.ReadAllText(Path.Combine(variant, "options.txt")), Does.Contain("-lineinfo"));
        Assert.That(File.Exists(Path.Combine(folder, "source", "elementwise", "cast.cu")));

        Assert.That(Run("kernels", "clear").Code, Is.Zero);
        Assert.That(Shell.Lines(Run("kernels", "list", "--json").Output), Is.Empty);
        Assert.That(Run("kernels", "dump", folder).Code, Is.EqualTo(1), "there is nothing to write");
    }

    [Test]
    public void Bench_prints_the_fields_of_a_performance_engineer_hot_and_cold()
    {
        var (code, output, error) = Run("bench", "^silu", "--device", "emulated", "--dtype", "f32", "--json");
        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Contain("emulated"));
        var lines = Shell.Lines(output);
        Assert.That(lines.Select(line => (string)line["mode"]!), Is.EqualTo(new[] { "hot", "cold" }));
        foreach (string field in (string[])["median_ms", "p10_ms", "p90_ms", "gbs", "roof", "of_roof", "registers", "shared_bytes", "spill_bytes", "occupancy",
            "occupancy_limit", "grid", "block", "cubin", "kernel", "launches"])
            Assert.That(lines[0].ContainsKey(field), field);
    }

    [Test]
    public void Bench_compares_records_of_a_device()
    {
        string record = Path.Combine(_cache, "record.jsonl");
        File.WriteAllText(record, Run("bench", "^silu", "--device", "emulated", "--dtype", "f32", "--json").Output);
        var (code, output, _) = Run("bench", "compare", record, record, "--json");
        Assert.That(code, Is.Zero);
        Assert.That(Shell.Lines(output).Select(line => (double)line["ratio"]!), Is.EqualTo(new[] { 1.0, 1.0 }));
    }

    [Test]
    public void Profile_runs_a_command_and_writes_its_trace()
    {
        string trace = Path.Combine(_cache, "trace.json");
        var (code, output, error) = Run("profile", "--trace", trace, "--", "gradcheck", "silu", "--device", "emulated", "--json");
        Assert.That(code, Is.Zero, error);
        Assert.That(Shell.Lines(output), Is.Not.Empty, "what the command prints stays alone on the standard output");
        Assert.That(error, Does.Contain("silu").And.Contain("backward"));
        var names = JsonNode.Parse(File.ReadAllText(trace))!["traceEvents"]!.AsArray().Select(e => (string)e!["name"]!).ToHashSet();
        Assert.That(names, Does.Contain("memory of cuda:0").And.Contain("silu"));
        Assert.That(Run("profile", "--", "nonsense").Code, Is.EqualTo(2));
    }

    [Test]
    public void A_tool_that_reads_nvtx_hears_of_scopes_and_ops()
    {
        string source = Path.Combine(_cache, "tool.c"), tool = Path.Combine(_cache, "tool.so");
        File.WriteAllText(source, """
            #include <stdio.h>
            #include <stddef.h>
            struct Callbacks { size_t size; int (*get_table)(int module, void**** table, unsigned* count); };
            static int depth;
            static int push(const char* name) { fprintf(stderr, "range %d %s\n", depth, name); return depth++; }
            static int pop(void) { return --depth; }
            int InitializeInjectionNvtx2(const void* (*get)(unsigned)) {
                const struct Callbacks* callbacks = get(1);
                void*** table; unsigned count;
                if (!callbacks || callbacks->size < sizeof *callbacks || !callbacks->get_table(1, &table, &count) || count <= 11) return 0;
                *table[9] = (void*)push;
                *table[11] = (void*)pop;
                return 1;
            }
            """);
        using (var build = Process.Start("g++", ["-x", "c", "-w", "-shared", "-fPIC", source, "-o", tool]))
            build!.WaitForExit();
        var (_, _, error) = Shell.Run(["gradcheck", "silu", "--json"], ("NVTX_INJECTION64_PATH", tool));
        Assert.That(error, Does.Match(@"range \d+ silu\n"));
    }

    [Test]
    [Platform("Linux")]
    public void The_check_for_a_machine_with_a_gpu_runs_through_on_the_emulated_driver()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "SuTI.sln")))
            root = Path.GetDirectoryName(root)!;
        string logs = Path.Combine(_cache, "logs");
        var start = new ProcessStartInfo("bash", [Path.Combine(root, "scripts", "gpu-check"), "--emulated", logs]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SUTI"] = Path.Combine(AppContext.BaseDirectory, "suti");
        start.Environment["SUTI_CACHE"] = _cache;
        using var check = Process.Start(start)!;
        var error = check.StandardError.ReadToEndAsync();
        string output = check.StandardOutput.ReadToEnd();
        check.WaitForExit();
        Assert.That(check.ExitCode, Is.Zero, output + error.Result);
        string[] summary = [.. output.Split('\n').SkipWhile(line => line != "---- summary ----").Skip(1)];
        Assert.That(summary, Has.Length.InRange(15, 41));
        Assert.That(summary, Has.Some.Contains("warm: {\"compiled\":0"));
        Assert.That(summary, Has.Some.Match(" [1-9][0-9]* passed, 0 failed"));
        Assert.That(summary, Has.Some.Match("[1-9][0-9]* and [1-9][0-9]* lines of ours"));
    }

    // As tests/Emulator/build.sh has it.
    static string SharedCache => Variable("SUTI_CACHE") ?? Path.Combine(Variable("XDG_CACHE_HOME") ?? Path.Combine(Variable("HOME") ?? "/", ".cache"), "suti");

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    (int Code, string Output, string Error) Run(params string[] arguments) => Shell.Run(arguments, ("SUTI_CUDA", "emulated"), ("SUTI_CACHE", _cache));
}
