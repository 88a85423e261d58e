using System.Globalization;
using System.Net;
using System.Text;
using SuTI.Engine.IO;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;

namespace SuTI.Model.Evaluation.Quickstart;

/// <summary>A quickstart as one HTML file that needs nothing beside it. It is well-formed XML too.</summary>
static class QuickstartPage
{
    const string Style = """
        :root { color-scheme: light dark; --page: #faf9f6; --card: #ffffff; --ink: #22252b; --soft: #6a7079; --edge: #e5e2da; --accent: #b4532a; --wash: #b4532a14; }
        @media (prefers-color-scheme: dark) { :root { --page: #15171b; --card: #1d2025; --ink: #eceae5; --soft: #9aa0a8; --edge: #30343b; --accent: #f0a27c; --wash: #f0a27c1c; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 48px 20px 80px; }
        h1 { font-size: 34px; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 12px; text-wrap: balance; }
        h2 { font-size: 22px; margin: 0; } h3 { font-size: 15px; margin: 0 0 8px; }
        .lead { font-size: 18px; max-width: 46em; margin: 0; color: var(--soft); }
        .facts { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); margin: 32px 0; }
        .card { background: var(--card); border: 1px solid var(--edge); border-radius: 14px; padding: 18px 20px; }
        .facts b { display: block; font-size: 28px; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
        .facts span { color: var(--soft); font-size: 14px; }
        section { margin-top: 44px; } .head { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; margin-bottom: 14px; }
        .head p, .note { color: var(--soft); margin: 0; font-size: 14px; }
        .strip { display: flex; flex-wrap: wrap; gap: 12px; padding: 16px; border-radius: 14px; background: var(--wash); margin-bottom: 18px; }
        figure { margin: 0; } figcaption { font-size: 12px; line-height: 1.4; color: var(--soft); margin-top: 5px; font-variant-numeric: tabular-nums; }
        img { display: block; width: 100%; aspect-ratio: 1; border-radius: 8px; image-rendering: pixelated; background: var(--edge); }
        #smooth:checked ~ main img { image-rendering: auto; }
        .strip figure { width: 128px; }
        .scroll { overflow-x: auto; }
        .drawn { border-spacing: 0 14px; border-collapse: separate; table-layout: fixed; width: max-content; }
        .drawn th { font-size: 13px; font-weight: 600; text-align: left; padding: 0 12px 0 0; vertical-align: bottom; }
        .drawn th small { display: block; font-weight: 400; color: var(--soft); }
        .drawn td { padding: 0 14px 0 0; vertical-align: top; } .drawn figure { width: 152px; }
        .drawn th, .drawn td { width: 166px; } .drawn .prompt { width: 210px; font-size: 15px; text-wrap: balance; } .first { color: var(--accent); }
        .numbers { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 15px; }
        .numbers th, .numbers td { text-align: right; padding: 8px 0 8px 16px; border-top: 1px solid var(--edge); } .numbers thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: 13px; }
        .numbers th:first-child, .numbers td:first-child { text-align: left; padding-left: 0; }
        dl { margin: 0; display: grid; grid-template-columns: max-content 1fr; gap: 8px 18px; } dt { font-weight: 600; } dd { margin: 0; color: var(--soft); }
        code { font: 13px ui-monospace, monospace; background: var(--wash); padding: 2px 6px; border-radius: 5px; overflow-wrap: anywhere; }
        .toggle { position: fixed; right: 18px; bottom: 18px; background: var(--card); border: 1px solid var(--edge); border-radius: 99px; padding: 8px 16px; font-size: 14px; cursor: pointer; }
        #smooth { position: fixed; opacity: 0; } #smooth:focus-visible ~ .toggle { outline: 2px solid var(--accent); }
        .toggle i { font-style: normal; } .toggle .off, #smooth:checked ~ .toggle .on { display: none; } #smooth:checked ~ .toggle .off { display: inline; }
        @media (max-width: 640px) { main { padding-top: 28px; } h1 { font-size: 26px; } dl { grid-template-columns: 1fr; gap: 2px; } dd { margin-bottom: 10px; } .strip figure { width: 96px; } }
        """;

    internal static void Write(string path, QuickstartResult result)
    {
        byte[] page = Encoding.UTF8.GetBytes(Page(result));
        AtomicFile.Write(path, stream => stream.Write(page));
    }

    static string Page(QuickstartResult result)
    {
        string main = result.Routes[0];
        int subjects = result.Subjects.Count, prompts = result.Options.Prompts;
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head><meta charset=\"utf-8\"/>"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>SuTI: subjects drawn at once</title>\n<style>\n").Append(Style)
            .Append("\n</style></head>\n<body><input type=\"checkbox\" id=\"smooth\"/><label class=\"toggle\" for=\"smooth\"><i class=\"on\">Smooth pictures</i><i class=\"off\">Show pixels</i></label>\n<main>\n");
        html.Append(CultureInfo.InvariantCulture, $"""
            <h1>{Words(subjects)} subjects the model has never met, drawn in new scenes</h1>
            <p class="lead">The apprentice knows each subject from its demonstrations alone: {result.Options.Demonstrations[0]} small pictures, which it reads while it draws. No weight changes. Beside its pictures: the same
            with fewer demonstrations, and those of an expert, a model tuned to the first subject, which is what it takes without an apprentice.</p>
            <div class="facts">
            {Fact(Seconds(result.UntilFirst(main)), "until the apprentice's first picture of a new subject")}
            {Fact(Seconds(result.UntilFirst(QuickstartRun.Expert)), "until the expert's first picture: tuning and drawing")}
            {Fact(result.TimesSooner.ToString(result.TimesSooner < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ×", "sooner with the apprentice")}
            {Fact((subjects * prompts).ToString(CultureInfo.InvariantCulture), "prompts below; every picture is shown, none was chosen")}
            </div>

            """);
        foreach (var subject in result.Subjects)
            Append(html, subject, result);
        AppendNumbers(html, result);
        AppendNotes(html, result);
        return html.Append("</main></body></html>\n").ToString();
    }

    static void Append(StringBuilder html, QuickstartSubject shown, QuickstartResult result)
    {
        var subject = shown.Subject;
        html.Append($"<section><div class=\"head\"><h2>{Text(Capital(subject.Class))}</h2><p>an individual that no training has seen; below, its demonstrations with their captions</p></div>\n<div class=\"strip\">");
        foreach (var photograph in subject.Demonstrations)
            html.Append(Figure(photograph.Image, photograph.Caption, Text(photograph.Caption)));
        html.Append("</div>\n<div class=\"scroll\"><table class=\"drawn\"><thead><tr><th class=\"prompt\">Prompt</th>");
        foreach (var route in shown.Routes)
        {
            var (name, rest) = Named(route.Name);
            html.Append($"<th{(route.Name == result.Routes[0] ? " class=\"first\"" : "")}>{name}<small>{rest}</small></th>");
        }
        html.Append("</tr></thead><tbody>\n");
        for (int i = 0; i < subject.Prompts.Count; i++)
        {
            string prompt = subject.Prompts[i].Text;
            html.Append($"<tr><td class=\"prompt\">{Text(prompt)}</td>");
            foreach (var route in shown.Routes)
            {
                var score = route.Scores[i];
                html.Append("<td>").Append(Figure(route.Drawn.Images[i], $"{route.Name}: {prompt}", string.Create(CultureInfo.InvariantCulture,
                    $"DINO {score.Dino:0.00}, CLIP-I {score.ClipI:0.00}<br/>CLIP-T {score.ClipT:0.00}"))).Append("</td>");
            }
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table></div></section>\n");
    }

    static void AppendNumbers(StringBuilder html, QuickstartResult result)
    {
        html.Append("<section><div class=\"head\"><h2>In numbers</h2><p>means over all pictures above; the expert's are of the first subject alone</p></div><div class=\"card scroll\">"
            + "<table class=\"numbers\"><thead><tr><th>drawn by</th><th>DINO</th><th>CLIP-I</th><th>CLIP-T</th><th>first picture of a new subject</th><th>a picture among others</th></tr></thead><tbody>\n");
        foreach (string route in result.Routes)
        {
            var (name, rest) = Named(route);
            bool isReal = route == "real";
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{name}, {rest}</td><td>{result.Mean(route, "dino"):0.000}</td><td>{result.Mean(route, "clip_i"):0.000}</td>")
                .Append(CultureInfo.InvariantCulture, $"<td>{result.Mean(route, "clip_t"):0.000}</td><td>{(isReal ? "" : Seconds(result.UntilFirst(route)))}</td><td>{(isReal ? "" : Seconds(result.Each(route)))}</td></tr>\n");
        }
        html.Append("</tbody></table></div></section>\n");
    }

    static void AppendNotes(StringBuilder html, QuickstartResult result) => html.Append(CultureInfo.InvariantCulture, $"""
        <section><div class="head"><h2>What is what</h2></div><div class="card"><dl>
        <dt>Demonstrations</dt><dd>Pictures of the subject that the model reads. With none it knows the prompt alone, and draws any subject of that name.</dd>
        <dt>Apprentice</dt><dd>One network for all subjects. It attends to the demonstrations while it draws.</dd>
        <dt>Expert</dt><dd>The base model, tuned to this one subject: {result.Options.Tuning.Steps} steps of {result.Options.Tuning.BatchSize} pictures.</dd>
        <dt>The world</dt><dd>Subjects and scenes come from a program that draws them, so the right picture is known; the prompts pair scenes with colours, styles and accessories that no training has paired.</dd>
        <dt>DINO, CLIP-I</dt><dd>How alike the picture is to further pictures of the subject, at most 1. <em>The world</em> shows what a true picture gets.</dd>
        <dt>CLIP-T</dt><dd>How well picture and prompt go together.</dd>
        </dl></div>
        <p class="note" style="margin-top: 16px">{Text(result.Device)}, {result.Options.Steps} steps, guidance {result.Options.Guidance}, temperature {result.Options.Temperature}, seed {result.Options.Seed}, SuTI {Text(SutiVersion.Text)}.
        With your own photographs: <code>suti generate --subject FOLDER --prompt "a robot on a beach"</code></p></section>

        """);

    static (string Name, string Detail) Named(string route) => route switch
    {
        QuickstartRun.Expert => ("Expert", "tuned to the subject"),
        "real" => ("The world", "as it should look"),
        "apprentice-0" => ("Apprentice", "no demonstration"),
        "apprentice-1" => ("Apprentice", "1 demonstration"),
        _ => ("Apprentice", $"{Text(route[(route.LastIndexOf('-') + 1)..])} demonstrations"),
    };

    static string Figure(Image image, string alternative, string caption)
        => $"<figure><img alt=\"{Text(alternative)}\" src=\"data:image/png;base64,{Convert.ToBase64String(ImageFile.EncodePng(image, []))}\"/><figcaption>{caption}</figcaption></figure>";

    static string Fact(string value, string what) => $"<div class=\"card\"><b>{Text(value)}</b><span>{Text(what)}</span></div>";

    static string Seconds(double seconds) => seconds.ToString(seconds < 1 ? "0.00" : seconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " s";

    static string Words(int count) => count switch { 2 => "Two", 3 => "Three", 4 => "Four", 5 => "Five", _ => count.ToString(CultureInfo.InvariantCulture) };

    static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
