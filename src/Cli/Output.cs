using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SuTI.Cli;

/// <summary>How results are written: tables for people, one JSON object a line for programs.</summary>
static class Output
{
    // A gradient may be NaN, and then above all the line must appear; JSON has no number for it, so it becomes a string.
    static readonly JsonSerializerOptions s_line = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    internal static void JsonLine(JsonObject value) => Console.Out.WriteLine(value.ToJsonString(s_line));

    /// <summary>Columns of text, the first left-aligned and the others right-aligned, as wide as their widest cell.</summary>
    internal static void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows, TextWriter? to = null)
    {
        var all = rows.Prepend(header).ToList();
        int[] widths = [.. Enumerable.Range(0, header.Count).Select(c => all.Max(row => row[c].Length))];
        foreach (var row in all)
        {
            var cells = row.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]));
            (to ?? Console.Out).WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    /// <summary>A table for people, or values for other programs.</summary>
    internal static void Rows(BenchFormat format, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (format == BenchFormat.Table)
        {
            Table(header, rows);
            return;
        }
        bool isCsv = format == BenchFormat.Csv;
        void Line(IReadOnlyList<string> cells)
            => Console.Out.WriteLine(isCsv ? string.Join(',', cells.Select(Quoted)) : $"| {string.Join(" | ", cells)} |");
        Line(header);
        if (!isCsv)
            Line([.. header.Select(_ => "---")]);
        foreach (var row in rows)
            Line(row);
    }

    static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
