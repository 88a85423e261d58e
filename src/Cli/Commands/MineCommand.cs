using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Mining;

namespace SuTI.Cli.Commands;

/// <summary><c>suti mine</c>: clusters of pictures of one subject out of a crawl.</summary>
static class MineCommand
{
    static readonly MiningOptions s_defaults = new();

    static readonly Argument<string> s_crawl = new("CRAWL") { Description = "crawl.jsonl (url, image, text), webdataset shards .tar, or a folder of these." };
    static readonly Option<string> s_out = new("--out") { Description = "The run: made if it is not there, gone on with if it is.", Required = true };
    static readonly Option<double?> s_low = new("--low")
    {
        Description = FormattableString.Invariant($"The least mean similarity of a cluster: by default {s_defaults.Low}, with the program's own CLIP {ShippedModel.MiningLow}."),
    };

    static readonly Option<double?> s_high = new("--high")
    {
        Description = FormattableString.Invariant($"The greatest: by default {s_defaults.High}, with the program's own CLIP {ShippedModel.MiningHigh}."),
    };

    static readonly Option<int> s_fewest = new("--fewest") { Description = "Pictures that make a cluster.", DefaultValueFactory = _ => s_defaults.Fewest };
    static readonly Option<int> s_most = new("--most") { Description = "Pictures that a cluster has at most.", DefaultValueFactory = _ => s_defaults.Most };
    static readonly Option<int> s_nearBits = new("--near-bits") { Description = "Bits of 64 by which near copies differ at most; -1: none are looked for.", DefaultValueFactory = _ => s_defaults.NearBits };
    static readonly Option<double> s_nearCosine = new("--near-cosine") { Description = "The similarity from which two pictures are one.", DefaultValueFactory = _ => s_defaults.NearCosine };
    static readonly Option<double?> s_outlier = new("--outlier") { Description = "Leaves out pictures whose mean similarity to the others is below this." };
    static readonly Option<string?> s_truth = new("--truth") { Description = "truth.jsonl of a drawn crawl: reports precision and recall. Mining does not read it." };
    static readonly Option<bool> s_json = new("--json") { Description = "The report as one JSON object." };
    static readonly EmbedderSettings s_embedder = new();

    internal static Command Create()
    {
        var command = new DescribedCommand("mine", "Finds clusters of pictures of one subject in a crawl of web pages.",
            "suti mine CRAWL --out RUN")
        {
            s_crawl, s_out, s_low, s_high, s_fewest, s_most, s_nearBits, s_nearCosine, s_outlier, s_truth, s_json,
        };
        foreach (var option in s_embedder.All)
            command.Add(option);
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        var crawl = Crawl.Open(parsed.GetValue(s_crawl)!);
        bool shipped = s_embedder.UsesShipped(parsed);
        var options = new MiningOptions
        {
            Low = parsed.GetValue(s_low) ?? (shipped ? ShippedModel.MiningLow : s_defaults.Low),
            High = parsed.GetValue(s_high) ?? (shipped ? ShippedModel.MiningHigh : s_defaults.High),
            Fewest = parsed.GetValue(s_fewest),
            Most = parsed.GetValue(s_most),
            NearBits = parsed.GetValue(s_nearBits),
            NearCosine = parsed.GetValue(s_nearCosine),
            Outlier = parsed.GetValue(s_outlier),
        };
        using var clip = s_embedder.Open(parsed);
        using var run = RunCatalogue.OpenOrCreate(parsed.GetValue(s_out)!);
        using var stop = new StopSignal();
        var line = new ProgressLine("page");
        var report = ClusterMiner.Mine(crawl, run, clip, options, (done, total) => line.Show(done, total), stop.Token);
        line.Clear();
        SubjectHandover.Write(run);
        var score = parsed.GetValue(s_truth) is { } truth ? MiningTruth.Compare(run, truth, options.Fewest) : null;
        if (parsed.GetValue(s_json))
            Output.JsonLine(Json(report, score));
        else
            Print(report, score);
        return ExitCode.Done;
    }

    static JsonObject Json(MiningReport report, MiningScore? score)
    {
        var json = new JsonObject();
        foreach (var (name, count) in report.Counts())
            json[name] = count;
        if (score is null)
            return json;
        json["truth"] = new JsonObject
        {
            ["wanted"] = score.Wanted,
            ["found"] = score.Found,
            ["precision"] = score.Precision,
            ["recall"] = score.Recall,
            ["picture_precision"] = score.PicturePrecision,
            ["pure_clusters"] = score.PureClusters,
            ["noun_accuracy"] = score.NounAccuracy,
        };
        return json;
    }

    static void Print(MiningReport report, MiningScore? score)
    {
        Output.Table(["", "count"], report.Counts().Select(count => (string[])
            [count.Name.Replace('_', ' '), count.Count.ToString("N0", CultureInfo.InvariantCulture)]));
        if (score is null)
            return;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"of {score.Wanted:N0} pages of one subject {score.Found:N0} found: precision {score.Precision:P1}, recall {score.Recall:P1}; "));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"pictures of the right subject {score.PicturePrecision:P1}, pure clusters {score.PureClusters:N0}, right nouns {score.NounAccuracy:P1}"));
    }
}
