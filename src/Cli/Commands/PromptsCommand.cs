using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Subjects.Mining;
using SuTI.Model.Subjects.Prompts;

namespace SuTI.Cli.Commands;

/// <summary><c>suti prompts</c>: prompts that no page of a cluster holds.</summary>
static class PromptsCommand
{
    static readonly Argument<string> s_run = new("RUN") { Description = "What suti mine made." };
    static readonly Option<int> s_each = new("--each") { Description = "Prompts of each kind and cluster.", DefaultValueFactory = _ => 1 };
    static readonly Option<int> s_heldOut = new("--held-out") { Description = "Prompts of each cluster for evaluation, of combinations that no training prompt has." };
    static readonly Option<string?> s_templates = new("--templates") { Description = "A file of your own, a template on each line: a {subject} on the moon." };
    static readonly Option<bool> s_forEvaluation = new("--for-evaluation") { Description = "All templates of the file are for evaluation alone." };
    static readonly Option<string> s_name = new("--name") { Description = "subject: a red striped robot; class: a robot.", DefaultValueFactory = _ => "subject" };
    static readonly Option<ulong> s_seed = new("--seed") { Description = "The same seed gives the same prompts.", DefaultValueFactory = _ => 1 };
    static readonly Option<string?> s_subjects = new("--subjects") { Description = "JSON lines (url, subject, noun) by a captioner, which take the place of the rules' texts." };
    static readonly Option<bool> s_json = new("--json") { Description = "The summary as one JSON object." };

    internal static Command Create()
    {
        var command = new DescribedCommand("prompts", "Writes unseen prompts for each cluster of a run.", "suti prompts RUN --each 2 --held-out 2")
        {
            s_run, s_each, s_heldOut, s_templates, s_forEvaluation, s_name, s_seed, s_subjects, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using var run = RunCatalogue.Open(parsed.GetValue(s_run)!);
        bool isHeldOut = parsed.GetValue(s_forEvaluation);
        var templates = parsed.GetValue(s_templates) is { } file ? PromptTemplates.Read(file, isHeldOut)
            : isHeldOut ? throw new SutiException("--for-evaluation", "is about a file of your own", "--templates", "none") : PromptTemplates.Grammar;
        bool namesClass = parsed.GetValue(s_name) switch
        {
            "subject" => false,
            "class" => true,
            var other => throw new SutiException("--name", "takes what prompts call a subject by", "subject or class", other),
        };
        int each = parsed.GetValue(s_each);
        var handover = parsed.GetValue(s_subjects) is { } subjects ? SubjectHandover.Read(run, subjects) : null;
        using var stop = new StopSignal();
        var line = new ProgressLine("cluster");
        var summary = PromptWriter.Write(run, templates, new()
        {
            EachKind = isHeldOut ? 0 : each,
            HeldOut = isHeldOut ? each : parsed.GetValue(s_heldOut),
            NamesClass = namesClass,
            Seed = parsed.GetValue(s_seed),
        }, (done, total) => line.Show(done, total), stop.Token);
        line.Clear();
        if (parsed.GetValue(s_json))
            Output.JsonLine(Json(summary, handover));
        else
            Print(summary, handover);
        return ExitCode.Done;
    }

    static JsonObject Json(PromptSummary summary, HandoverSummary? handover)
    {
        var kinds = new JsonObject();
        foreach (var (kind, isHeldOut, count) in summary.Kinds)
            kinds[isHeldOut ? $"{kind}_held_out" : kind] = count;
        var json = new JsonObject { ["clusters"] = summary.Clusters, ["without_subject"] = summary.WithoutSubject, ["seen"] = summary.Seen, ["prompts"] = kinds };
        if (handover is not null)
            json["subjects"] = new JsonObject { ["described"] = handover.Described, ["unknown"] = handover.Unknown, ["bad"] = handover.Bad };
        return json;
    }

    static void Print(PromptSummary summary, HandoverSummary? handover)
    {
        if (handover is not null)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{handover.Described:N0} clusters described, {handover.Unknown:N0} lines about no cluster, {handover.Bad:N0} bad lines"));
        Output.Table(["kind", "for", "prompts"], summary.Kinds.Select(kind => (string[])
            [kind.Kind, kind.IsHeldOut ? "evaluation" : "training", kind.Count.ToString("N0", CultureInfo.InvariantCulture)]));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{summary.Clusters:N0} clusters; {summary.WithoutSubject:N0} without a subject text wait; {summary.Seen:N0} templates passed over as seen"));
    }
}
