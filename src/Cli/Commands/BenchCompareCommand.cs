using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Model.Benchmarks;

namespace SuTI.Cli.Commands;

/// <summary><c>suti bench compare</c>: what became slower between two records.</summary>
static class BenchCompareCommand
{
    internal static Command Create()
    {
        var before = new Argument<FileInfo>("before") { Description = "JSON lines of an earlier run." };
        var after = new Argument<FileInfo>("after") { Description = "JSON lines of a later run." };
        before.AcceptExistingOnly();
        after.AcceptExistingOnly();
        var json = new Option<bool>("--json") { Description = "One JSON object a workload." };
        var command = new DescribedCommand("compare",
            "Shows the ratio of the times of two records and fails if one became slower by more than noise.",
            "suti bench compare before.jsonl after.jsonl")
        { before, after, json };
        command.SetAction(parsed => Run(parsed.GetValue(before)!, parsed.GetValue(after)!, parsed.GetValue(json)));
        return command;
    }

    static int Run(FileInfo before, FileInfo after, bool json)
    {
        var changes = BenchComparison.Compare(File.ReadLines(before.FullName), File.ReadLines(after.FullName));
        if (changes.Count == 0)
        {
            Console.Error.WriteLine("suti bench compare: the two records have no workload in common.");
            return ExitCode.Failed;
        }
        if (json)
        {
            foreach (var change in changes)
                Output.JsonLine(Line(change));
        }
        else
        {
            Output.Table(["workload", "threads", "before ms", "after ms", "ratio", "noise", "verdict"], changes.Select(Row));
        }
        return changes.Any(change => change.IsRegression) ? ExitCode.Failed : ExitCode.Done;
    }

    static JsonObject Line(BenchChange change) => new()
    {
        ["workload"] = change.Workload,
        ["threads"] = change.Threads,
        ["before_ms"] = change.Before,
        ["after_ms"] = change.After,
        ["ratio"] = Math.Round(change.Ratio, 4),
        ["noise"] = Math.Round(change.Noise, 4),
        ["regression"] = change.IsRegression,
    };

    static string[] Row(BenchChange change)
    {
        static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
        return
        [
            change.Workload, change.Threads.ToString(CultureInfo.InvariantCulture), Number(change.Before), Number(change.After),
            Number(change.Ratio), Number(change.Noise),
            change.IsRegression ? "slower" : change.Ratio < 1 / change.Noise ? "faster" : "same",
        ];
    }
}
