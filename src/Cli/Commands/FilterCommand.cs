using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Filtering;

namespace SuTI.Cli.Commands;

/// <summary><c>suti filter</c>: keeps what experts drew better than the cluster's own pictures show it.</summary>
static class FilterCommand
{
    static readonly Argument<string> s_run = new("RUN") { Description = "A run whose experts have drawn." };
    static readonly Option<double> s_threshold = new("--threshold")
    {
        Description = "Pictures with a greater delta-CLIP are kept.",
        DefaultValueFactory = _ => DeltaClip.DefaultThreshold
    };
    static readonly Option<bool> s_json = new("--json") { Description = "The summary as one JSON object." };
    static readonly EmbedderSettings s_embedder = new();

    internal static Command Create()
    {
        var command = new DescribedCommand("filter", "Measures expert pictures by delta-CLIP and keeps the good ones.",
            "suti filter RUN --threshold 0.02") { s_run, s_threshold, s_json };
        foreach (var option in s_embedder.All)
            command.Add(option);
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using var run = RunCatalogue.Open(parsed.GetValue(s_run)!);
        using var clip = s_embedder.Open(parsed);
        using var stop = new StopSignal();
        var line = new ProgressLine("cluster");
        var summary = DeltaClipFilter.Run(run, clip, clip, parsed.GetValue(s_threshold), (done, total) => line.Show(done, total), stop.Token);
        line.Clear();
        if (parsed.GetValue(s_json))
            Output.JsonLine(Json(summary));
        else
            Print(summary);
        return ExitCode.Done;
    }

    static JsonObject Json(FilterSummary summary) => new()
    {
        ["measured"] = summary.Measured,
        ["known"] = summary.Known,
        ["missing"] = summary.Missing,
        ["changed"] = summary.Changed,
        ["pictures"] = summary.Pictures,
        ["threshold"] = summary.Threshold,
        ["kept"] = summary.Kept,
        ["kept_clusters"] = summary.KeptClusters,
        ["mean"] = summary.Mean,
        ["quantiles"] = new JsonArray([.. summary.Quantiles.Select(quantile => new JsonObject { ["share"] = quantile.Share, ["delta"] = quantile.Delta })]),
        ["thresholds"] = new JsonArray([.. summary.AtThresholds.Select(bound => new JsonObject { ["threshold"] = bound.Threshold, ["kept"] = bound.Kept })]),
    };

    static void Print(FilterSummary summary)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{summary.Measured:N0} measured, {summary.Known:N0} known, {summary.Missing:N0} missing, {summary.Changed:N0} changed since they were drawn"));
        Output.Table(["share", "delta"], summary.Quantiles.Select(quantile => (string[])[Text(quantile.Share, "P0"), Text(quantile.Delta, "F4")]));
        Output.Table(["threshold", "kept", "of all"], summary.AtThresholds.Select(bound => (string[])
            [Text(bound.Threshold, "F4"), Text(bound.Kept, "N0"), Text((double)bound.Kept / Math.Max(1, summary.Pictures), "P1")]));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"kept {summary.Kept:N0} of {summary.Pictures:N0} pictures, of {summary.KeptClusters:N0} clusters: kept.jsonl"));
    }

    static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
