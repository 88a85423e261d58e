using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Model.Subjects;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Experts;

namespace SuTI.Cli.Commands;

/// <summary><c>suti experts</c>: one expert a cluster, and what it draws.</summary>
static class ExpertsCommand
{
    static readonly Argument<string> s_run = new("RUN") { Description = "A run with prompts." };
    static readonly Option<string> s_base = new("--base") { Description = "The model that every expert begins as: a folder of suti train base.", Required = true };
    static readonly Option<int> s_count = new("--count") { Description = "Pictures of each prompt.", DefaultValueFactory = _ => 1 };
    static readonly Option<double> s_guidance = new("--guidance") { Description = "How much prompts are strengthened; 1 is not at all.", DefaultValueFactory = _ => SubjectSampling.UsualGuidance };
    static readonly Option<double> s_temperature = SamplingOptions.Temperature();
    static readonly Option<int> s_sampleSteps = new("--sample-steps") { Description = "Of the sampler.", DefaultValueFactory = _ => SubjectSampling.UsualSteps };
    static readonly Option<ulong> s_seed = new("--seed") { Description = "Of tuning and noise.", DefaultValueFactory = _ => 0 };
    static readonly Option<bool> s_keep = new("--keep-weights") { Description = "Writes every expert's weights too, in f16." };
    static readonly Option<int?> s_most = new("--most") { Description = "Experts that this worker makes at most; by default all that are left." };
    static readonly Option<bool> s_retry = new("--retry") { Description = "Tries clusters again that could not be learnt." };
    static readonly Option<bool> s_json = new("--json") { Description = "The summary as one JSON object." };
    static readonly TuningSettings s_tuning = new();
    static readonly Option<string> s_device = Devices.Option();

    internal static Command Create()
    {
        var command = new DescribedCommand("experts", "Tunes an expert for each cluster and keeps what it draws; start it several times to share the work.",
            "suti experts RUN --base models/nano/base --steps 80 --batch 8 --optimizer adamw --learning-rate 6e-4")
        {
            s_run, s_base, s_count, s_guidance, s_temperature, s_sampleSteps, s_seed, s_keep, s_most, s_retry, s_json, s_device,
        };
        foreach (var option in s_tuning.All)
            command.Add(option);
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using var run = RunCatalogue.Open(parsed.GetValue(s_run)!);
        using var loaded = SubjectModelFolder.Open(parsed.GetValue(s_base)!, Devices.Parse(parsed.GetValue(s_device)!));
        if (parsed.GetValue(s_retry))
            run.Claims.Retry(ExpertWorker.Stage);
        using var worker = new ExpertWorker(run, loaded, new()
        {
            Tuning = s_tuning.Options(parsed),
            Count = parsed.GetValue(s_count),
            Steps = parsed.GetValue(s_sampleSteps),
            Guidance = parsed.GetValue(s_guidance),
            Temperature = parsed.GetValue(s_temperature),
            Seed = parsed.GetValue(s_seed),
            KeepsWeights = parsed.GetValue(s_keep),
        });
        using var stop = new StopSignal();
        var line = new ProgressLine("experts");
        var summary = worker.Run(progress => Show(line, progress), parsed.GetValue(s_most) ?? int.MaxValue, cancellation: stop.Token);
        line.Clear();
        if (parsed.GetValue(s_json))
            Output.JsonLine(Json(summary));
        else
            Print(run, summary);
        return ExitCode.Done;
    }

    static void Show(ProgressLine line, ExpertProgress progress)
    {
        var stage = progress.Stage;
        long all = stage.Open + stage.Working + stage.Abandoned + stage.Done + stage.Failed;
        line.Show(stage.Done + stage.Failed, all, progress.Cluster == 0 ? "waits for other workers"
            : string.Create(CultureInfo.InvariantCulture, $"cluster {progress.Cluster}, step {progress.Step} of {progress.Steps}"));
    }

    static JsonObject Json(ExpertSummary summary) => new()
    {
        ["experts"] = summary.Experts,
        ["pictures"] = summary.Pictures,
        ["lost"] = summary.Lost,
        ["tuning_seconds"] = summary.TuningSeconds,
        ["drawing_seconds"] = summary.DrawingSeconds,
        ["done"] = summary.Stage.Done,
        ["failed"] = summary.Stage.Failed,
        ["open"] = summary.Stage.Open + summary.Stage.Abandoned,
        ["working"] = summary.Stage.Working,
    };

    static void Print(RunCatalogue run, ExpertSummary summary)
    {
        foreach (var (cluster, note) in run.Claims.Failures(ExpertWorker.Stage))
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"suti: cluster {cluster} has no expert: {note}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{summary.Experts:N0} experts and {summary.Pictures:N0} pictures by this worker, {Each(summary.TuningSeconds, summary.Experts):0.0} s to tune one and {Each(summary.DrawingSeconds, summary.Experts):0.0} s for its pictures; {summary.Lost:N0} taken over by others"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{summary.Stage.Done:N0} clusters done, {summary.Stage.Failed:N0} failed, {summary.Stage.Open + summary.Stage.Abandoned:N0} left"));
    }

    static double Each(double seconds, int count) => seconds / Math.Max(1, count);
}
