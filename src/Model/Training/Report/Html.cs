using System.Net;
using System.Text;
using SuTI.Engine;

namespace SuTI.Model.Training;

/// <summary>The parts of a page that stands alone. It is well-formed XML too.</summary>
static class Html
{
    // Colours by name, so that light and dark differ in one place.
    const string Style = """
        :root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1a1f27; --soft: #5d6673;
          --edge: #e1e4e9; --line: #2667c9; --band: #2667c933; }
        @media (prefers-color-scheme: dark) { :root { --page: #12151a; --card: #1b2027; --ink: #e7eaee; --soft: #98a2b0;
          --edge: #2d343e; --line: #74a8f5; --band: #74a8f533; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1160px; margin: 0 auto; padding: 32px 20px 64px; }
        h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 40px 0 12px; }
        h3 { font-size: 14px; margin: 0 0 6px; font-weight: 600; } p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
        .grid-of { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); }
        .facts { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); margin-top: 20px; }
        .card { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: 14px 16px; }
        .fact b { display: block; font-size: 20px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .fact span { color: var(--soft); font-size: 13px; }
        svg { display: block; width: 100%; height: auto; } .mark { fill: var(--soft); font-size: 12px; }
        .grid { stroke: var(--edge); } .line { fill: none; stroke: var(--line); stroke-width: 1.8; stroke-linejoin: round; }
        .band { fill: var(--band); } .dot { fill: var(--line); }
        table { border-collapse: collapse; width: 100%; font-size: 14px; } td { padding: 4px 10px 4px 0; vertical-align: top;
          border-top: 1px solid var(--edge); overflow-wrap: anywhere; } tr:first-child td { border-top: 0; }
        td:first-child { color: var(--soft); } .changed { font-weight: 600; } code { font-family: ui-monospace, monospace; }
        .strip { display: flex; gap: 12px; overflow-x: auto; } figure { margin: 0; flex: none; }
        figure img { display: block; max-width: min(100%, 480px); border-radius: 6px; } figcaption { color: var(--soft); font-size: 13px; }
        """;

    internal static string Page(string title, string body)
        => $"<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head><meta charset=\"utf-8\"/>"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
            + $"<title>{Text(title)}</title>\n<style>\n{Style}\n</style></head>\n<body><main>\n{body}</main></body></html>\n";

    /// <summary>A text as it may stand between tags and in attributes.</summary>
    internal static string Text(string text) => WebUtility.HtmlEncode(CheckpointException.Printable(text, 4000));

    internal static string Section(string title, string content) => $"<h2>{Text(title)}</h2>\n{content}\n";

    internal static string Facts(IEnumerable<KeyValuePair<string, string>> facts)
    {
        var html = new StringBuilder("<div class=\"grid-of facts\">");
        foreach (var (name, value) in facts)
            html.Append($"<div class=\"card fact\"><b>{Text(value)}</b><span>{Text(name)}</span></div>");
        return html.Append("</div>\n").ToString();
    }

    /// <param name="rows">Name, value and whether the value stands out.</param>
    internal static string Table(IEnumerable<(string Name, string Value, bool StandsOut)> rows)
    {
        var html = new StringBuilder("<div class=\"card\"><table>");
        foreach (var (name, value, standsOut) in rows)
            html.Append($"<tr><td>{Text(name)}</td><td{(standsOut ? " class=\"changed\"" : "")}><code>{Text(value)}</code></td></tr>");
        return html.Append("</table></div>").ToString();
    }
}
