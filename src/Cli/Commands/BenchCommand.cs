using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using SuTI.Engine;
using SuTI.Model.Benchmarks;

namespace SuTI.Cli.Commands;

/// <summary><c>suti bench</c>: how fast the engine is, by the workload names that peers use.</summary>
static class BenchCommand
{
    internal static Command Create()
    {
        var patterns = new Argument<string[]>("pattern")
        {
            Description = "Names of workloads or regular expressions; all if none is given.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var device = new Option<string>("--device") { Description = "Where to run: cpu.", DefaultValueFactory = _ => "cpu" };
        var threads = new Option<string>("--threads") { Description = "Numbers of threads, one run each: 2,1.", DefaultValueFactory = _ => DefaultThreads };
        var seconds = new Option<double>("--seconds") { Description = "Time to spend on a workload.", DefaultValueFactory = _ => 0.6 };
        var list = new Option<bool>("--list") { Description = "Only name the workloads." };
        var profile = new Option<bool>("--profile") { Description = "Where the time goes, op by op, instead of the whole." };
        var json = new Option<bool>("--json") { Description = "One JSON object a workload and number of threads." };
        var command = new Command("bench",
            "Times workloads: medians of at least seven repetitions.\n\nExample: suti bench conv3x3 tinyunet --threads 2,1 --json > after.jsonl")
        { patterns, device, threads, seconds, list, profile, json };
        command.SetAction(parsed => Run(parsed.GetValue(patterns) ?? [], Devices.Parse(parsed.GetValue(device)!),
            parsed.GetValue(threads)!, parsed.GetValue(seconds), parsed.GetValue(list), parsed.GetValue(profile), parsed.GetValue(json)));
        command.Add(BenchCompareCommand.Create());
        command.Add(BenchVerifyCommand.Create());
        return command;
    }

    static string DefaultThreads => Environment.ProcessorCount == 1 ? "1" : $"{Environment.ProcessorCount},1";

    static int Run(string[] patterns, Device device, string threadList, double seconds, bool list, bool profile, bool json)
    {
        var selected = Workloads.All().Where(w => patterns.Length == 0 || patterns.Any(p => w.Name == p || Matches(w.Name, p))).ToList();
        if (selected.Count == 0)
        {
            Console.Error.WriteLine("suti bench: no workload has such a name; suti bench --list names them.");
            return ExitCode.Usage;
        }
        if (list)
        {
            foreach (var workload in selected)
                Console.Out.WriteLine(workload.Name);
            return ExitCode.Done;
        }
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
            return Profile(selected, (CpuDevice)device, threads[0]);
        var results = new List<BenchResult>();
        foreach (var workload in selected)
        {
            foreach (int count in threads)
            {
                var result = BenchRunner.Run(workload, (CpuDevice)device, count, seconds);
                results.Add(result);
                if (json)
                    Output.JsonLine(result.ToJson());
            }
        }
        if (!json)
            Output.Table(["workload", "threads", "median ms", "p10", "p90", "GFLOP/s", "GB/s", "reps", "others"], results.Select(Row));
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
