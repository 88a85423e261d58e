using System.Globalization;
using System.Text;
using System.Text.Json;
using SuTI.Engine.IO;
using SuTI.Model.Generation;
using SuTI.Model.Subjects;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>The results as files: results.json for programs, results.md for people, grids for their eyes.</summary>
public static class EvaluationReport
{
    public const string JsonFile = "results.json", MarkdownFile = "results.md";

    /// <param name="device">Where the pictures were drawn.</param>
    public static EvaluationSummary Write(EvaluationFolder folder, TestSet set, string? main, string device)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(device);
        var summary = EvaluationSummary.Of(set, folder.Results, main);
        AtomicFile.Write(Path.Combine(folder.Path, JsonFile), stream => Write(stream, summary, set, device));
        AtomicFile.Write(Path.Combine(folder.Path, MarkdownFile), stream => stream.Write(Encoding.UTF8.GetBytes(Markdown(summary, set, device))));
        EvaluationGrids.Write(folder, set);
        return summary;
    }

    static void Write(Stream stream, EvaluationSummary summary, TestSet set, string device)
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("version", SutiVersion.Text);
        json.WriteString("device", device);
        json.WriteStartObject("settings");
        set.Settings.Write(json);
        json.WriteEndObject();
        json.WriteStartObject("chance");
        foreach (var (name, value) in summary.Chance)
            json.WriteNumber(name, value);
        json.WriteEndObject();
        json.WriteStartArray("routes");
        foreach (var route in summary.Routes)
        {
            json.WriteStartObject();
            json.WriteString("route", route.Route);
            json.WriteNumber("subjects", route.Subjects);
            foreach (string name in PictureScore.Names)
                Interval(json, name, route.Scores, name);
            Interval(json, "preparing_seconds", route.Preparing);
            Interval(json, "first_seconds", route.First);
            Interval(json, "each_seconds", route.Each);
            json.WriteStartObject("kinds");
            foreach (string kind in TestPrompts.Kinds)
            {
                json.WriteStartObject(kind);
                foreach (string name in PictureScore.Names)
                    Interval(json, name, route.Kinds, (kind, name));
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("comparisons");
        foreach (var pair in summary.Comparisons)
        {
            json.WriteStartObject();
            json.WriteString("first", pair.First);
            json.WriteString("second", pair.Second);
            json.WriteNumber("subjects", pair.Subjects);
            json.WriteStartObject("differences");
            foreach (string name in PictureScore.Names)
                Interval(json, name, pair.Differences, name);
            json.WriteEndObject();
            json.WriteStartObject("ratios");
            foreach (string name in PictureScore.Names)
                Interval(json, name, pair.Ratios, name);
            json.WriteEndObject();
            if (pair.Sooner is { } sooner)
                Interval(json, "times_sooner", sooner);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Interval<TKey>(Utf8JsonWriter json, string name, IReadOnlyDictionary<TKey, MeanInterval> values, TKey key)
    {
        if (values.TryGetValue(key, out var value))
            Interval(json, name, value);
    }

    static void Interval(Utf8JsonWriter json, string name, MeanInterval value)
    {
        json.WriteStartObject(name);
        json.WriteNumber("mean", value.Mean);
        json.WriteNumber("low", value.Low);
        json.WriteNumber("high", value.High);
        json.WriteNumber("subjects", value.Count);
        json.WriteEndObject();
    }

    static string Markdown(EvaluationSummary summary, TestSet set, string device)
    {
        var settings = set.Settings;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Held-out subjects

            {settings.Subjects} subjects × {settings.Prompts} prompts × {settings.Count} pictures of {settings.Size} pixels; {settings.Steps} steps, guidance {settings.Guidance}, temperature {settings.Temperature}, eta {SubjectSampling.UsualEta}; {device}; SuTI {SutiVersion.Text}.
            Means over subjects with 95 % intervals (bootstrap over subjects). docs/evaluation.md says what the scores are.

            ## Scores


            """);
        Table(text, ["route", "subjects", .. PictureScore.Names], [.. summary.Routes.Select(route => (string[])
            [route.Route, Count(route.Subjects), .. PictureScore.Names.Select(name => Cell(route.Scores, name))]),
            ["*chance*", "", .. PictureScore.Names.Select(name => summary.Chance.TryGetValue(name, out double value) ? Number(value) : "")]]);
        text.Append("\n## Seconds\n\n");
        Table(text, ["route", "before the first picture", "a picture by itself", "a picture among others"], summary.Routes
            .Select(route => (string[])[route.Route, Seconds(route.Preparing), Seconds(route.First), Seconds(route.Each)]));
        if (summary.Comparisons.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {summary.Comparisons[0].First} minus another route, by subject\n\n");
            Table(text, ["other", "subjects", .. PictureScore.Names], summary.Comparisons.Select(pair => (string[])
                [pair.Second, Count(pair.Subjects), .. PictureScore.Names.Select(name => Cell(pair.Differences, name, isSigned: true))]));
            text.Append(CultureInfo.InvariantCulture, $"\n## {summary.Comparisons[0].First} as a share of another route\n\n");
            Table(text, ["other", "subjects", .. PictureScore.Names, "first picture, times sooner"], summary.Comparisons.Select(pair => (string[])
                [pair.Second, Count(pair.Subjects), .. PictureScore.Names.Select(name => Cell(pair.Ratios, name)), pair.Sooner is { } sooner ? Cell(sooner, "F1") : ""]));
        }
        foreach (string name in PictureScore.Names)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {name} by kind of prompt\n\n");
            Table(text, ["route", .. TestPrompts.Kinds], summary.Routes.Select(route => (string[])
                [route.Route, .. TestPrompts.Kinds.Select(kind => Cell(route.Kinds, (kind, name)))]));
        }
        text.Append("\n## Pictures\n\n`grids/NNNN.png`: a subject; its demonstrations, then a row for each prompt with the first picture of these routes, from left to right: ");
        text.Append(string.Join(", ", summary.Routes.Select(route => route.Route)));
        text.Append(".\n`grids/overview.png`: a row for each subject; a demonstration, then the first prompt by the same routes.\n\n");
        foreach (var subject in set.Subjects)
        {
            string prompts = string.Join("; ", subject.Prompts.Select(prompt => prompt.Text));
            text.Append(CultureInfo.InvariantCulture, $"- {subject.Number:0000} {subject.Class}: {prompts}\n");
        }
        return text.ToString();
    }

    static void Table(StringBuilder text, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        foreach (var row in rows.Prepend([.. header.Select(_ => "---")]).Prepend(header))
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
    }

    static string Cell<TKey>(IReadOnlyDictionary<TKey, MeanInterval> values, TKey key, bool isSigned = false)
        => values.TryGetValue(key, out var value) ? Cell(value, isSigned ? "+0.000;-0.000;0.000" : "F3") : "";

    static string Cell(MeanInterval value, string format)
    {
        string Text(double number) => number.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(value.Mean)} [{Text(value.Low)}, {Text(value.High)}]";
    }

    static string Seconds(MeanInterval value) => value.Mean == 0 ? "" : value.Mean.ToString(value.Mean < 0.01 ? "0.00000" : "0.00", CultureInfo.InvariantCulture);

    static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    static string Count(int value) => value.ToString(CultureInfo.InvariantCulture);
}
