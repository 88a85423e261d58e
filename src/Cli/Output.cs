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
    internal static void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.Prepend(header).ToList();
        int[] widths = [.. Enumerable.Range(0, header.Count).Select(c => all.Max(row => row[c].Length))];
        foreach (var row in all)
        {
            var cells = row.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]));
            Console.Out.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
