using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using SuTI.Engine;
using SuTI.Model.Benchmarks;

namespace SuTI.Cli.Commands;

/// <summary><c>suti bench</c>: how fast the engine is, by the workload names that peers use.</summary>
static partial class BenchCommand
{
    internal static Command Create()
    {
        var patterns = new Argument<string[]>("pattern")
        {
            Description = "Names of workloads or regular expressions; all if none is given.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var device = Devices.Option();
        var types = DTypeOption.Create("bf16");
        var threads = new Option<string>("--threads") { Description = "Numbers of threads, one run each: 2,1.", DefaultValueFactory = _ => DefaultThreads };
        var seconds = new Option<double>("--seconds") { Description = "Time to spend on a workload.", DefaultValueFactory = _ => 0.6 };
        var list = new Option<bool>("--list") { Description = "Only name the workloads." };
        var profile = new Option<bool>("--profile") { Description = "Where the time goes, op by op, instead of the whole." };
        var tiny = new Option<bool>("--tiny") { Description = "Small shapes; an emulated device always runs these." };
        var trace = Tracing.Option();
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var csv = new Option<bool>("--csv") { Description = "Comma-separated values." };
        var markdown = new Option<bool>("--markdown") { Description = "A markdown table." };
        var command = new DescribedCommand("bench",
            "Times workloads: medians of at least seven repetitions.",
            "suti bench conv3x3 tinyunet --threads 2,1 --json > after.jsonl")
        { patterns, device, types, threads, seconds, list, profile, tiny, trace, json, csv, markdown };
        command.SetAction(parsed =>
        {
            var format = parsed.GetValue(json) ? BenchFormat.Json : parsed.GetValue(csv) ? BenchFormat.Csv
                : parsed.GetValue(markdown) ? BenchFormat.Markdown : BenchFormat.Table;
            bool onlyNames = parsed.GetValue(list);
            var place = onlyNames ? Device.Cpu : Devices.Parse(parsed.GetValue(device)!);
            bool isTiny = parsed.GetValue(tiny) || place is CudaDevice { IsEmulated: true };
            var selected = Select(parsed.GetValue(patterns) ?? [], isTiny);
            if (selected.Count == 0)
            {
                Console.Error.WriteLine("suti bench: no workload has such a name; suti bench --list names them.");
                return ExitCode.Usage;
            }
            if (onlyNames)
                return List(selected);
            return Tracing.Run(parsed.GetValue(trace), () => place is CudaDevice cuda
                ? OnCuda(selected, cuda, isTiny, DTypeOption.Parse(parsed.GetValue(types)!), parsed.GetValue(seconds), format)
                : OnProcessor(selected, (CpuDevice)place, parsed.GetValue(threads)!, parsed.GetValue(seconds), parsed.GetValue(profile), format));
        });
        command.Add(BenchCompareCommand.Create());
        command.Add(BenchVerifyCommand.Create());
        command.Add(BenchUnetCommand.Create());
        command.Add(BenchRoofsCommand.Create());
        return command;
    }

    static string DefaultThreads => Environment.ProcessorCount == 1 ? "1" : $"{Environment.ProcessorCount},1";

    static List<Workload> Select(string[] patterns, bool tiny)
        => [.. Workloads.All(tiny).Where(w => patterns.Length == 0 ? !w.IsHeavy : patterns.Any(p => w.Name == p || Matches(w.Name, p)))];

    static int List(List<Workload> selected)
    {
        foreach (var workload in selected)
            Console.Out.WriteLine(workload.Name);
        return ExitCode.Done;
    }

    static int OnProcessor(List<Workload> selected, CpuDevice device, string threadList, double seconds, bool profile, BenchFormat format)
    {
        int[] threads = new int[threadList.Split(',').Length];
        for (int i = 0; i < threads.Length; i++)
        {
            if (!int.TryParse(threadList.Split(',')[i], NumberStyles.None, CultureInfo.InvariantCulture, out threads[i]) || threads[i] < 1)
            {
                Console.Error.WriteLine($"suti bench: --threads takes numbers of 1 or more, as in 2,1; got {threadList}.");
                return ExitCode.Usage;
            }
        }
        if (profile)
            return Profile(selected, device, threads[0]);
        var results = new List<BenchResult>();
        foreach (var workload in selected)
        {
            foreach (int count in threads)
            {
                var result = BenchRunner.Run(workload, device, count, seconds);
                results.Add(result);
                if (format == BenchFormat.Json)
                    Output.JsonLine(result.ToJson());
            }
        }
        if (format != BenchFormat.Json)
            Output.Rows(format, ["workload", "threads", "median ms", "p10", "p90", "GFLOP/s", "GB/s", "reps", "others"], results.Select(Row));
        return ExitCode.Done;
    }

    static int Profile(List<Workload> workloads, CpuDevice device, int threads)
    {
        foreach (var workload in workloads)
        {
            Console.Out.WriteLine($"{workload.Name}, {threads} threads");
            Output.Table(["op", "direction", "calls", "ms", "share"], Rows(OpProfile.Of(workload, device, threads)));
        }
        return ExitCode.Done;

        static IEnumerable<string[]> Rows(IReadOnlyList<OpProfile> ops)
        {
            double total = ops.Sum(op => op.Milliseconds);
            return ops.Select(op => (string[])[op.Op, op.IsBackward ? "backward" : "forward", Number(op.Calls, "F0"), Number(op.Milliseconds, "F3"),
                Number(op.Milliseconds / total, "P1")]);
        }
    }

    static bool Matches(string name, string pattern)
    {
        try
        {
            return Regex.IsMatch(name, pattern);
        }
        catch (RegexParseException)
        {
            return false;
        }
    }

    static string[] Row(BenchResult result)
    {
        return
        [
            result.Workload, Number(result.Threads, "F0"), Number(result.Median, "F3"), Number(result.Tenth, "F3"), Number(result.Ninetieth, "F3"),
            result.Flops > 0 ? Number(result.Gflops, "F1") : "-", result.Bytes > 0 ? Number(result.GigabytesPerSecond, "F1") : "-",
            Number(result.Repetitions, "F0"), double.IsNaN(result.Others) ? "?" : Number(result.Others, "F2"),
        ];
    }

    static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
