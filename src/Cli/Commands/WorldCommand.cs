using System.CommandLine;
using System.Globalization;
using SuTI.Model.World;
using SuTI.Model.World.Crawl;
using SuTI.Model.World.Sprites;

namespace SuTI.Cli.Commands;

/// <summary><c>suti world</c>: draws a crawl of web pages to learn from.</summary>
static class WorldCommand
{
    internal static Command Create()
    {
        var to = new Option<string>("--out") { Description = "The folder: crawl.jsonl and images to learn from, truth.jsonl to measure by.", Required = true };
        var pages = new Option<int>("--pages") { Description = "Web pages.", DefaultValueFactory = _ => 100 };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Names the world: the same seed draws the same pictures.",
            DefaultValueFactory = _ => 1
        };
        var size = new Option<int>("--size") { Description = "Pixels of a picture's sides, 32 to 512.", DefaultValueFactory = _ => 64 };
        var noise = new Option<double>("--noise")
        {
            Description = "From 0, clean pages with true texts, to 1.",
            DefaultValueFactory = _ => 0.3
        };
        var place = new Option<double?>("--one-place")
        {
            Description = "Share of the pages of one subject that show it in one place, 0 to 1; by default 0.7 of the noise."
        };
        var split = new Option<WorldSplit>("--split")
        {
            Description = "Train, or one of the held-out parts.",
            DefaultValueFactory = _ => WorldSplit.Train
        };
        var pose = new Option<double>("--pose")
        {
            Description = "How far poses differ: 0 centred, 1 any size and place.",
            DefaultValueFactory = _ => 0.4
        };
        var sprites = new Option<string?>("--sprites") { Description = "A folder of drawn subjects (sprites.jsonl) to take instead." };
        var share = new Option<double>("--sprite-share")
        {
            Description = "What share of the subjects they are.",
            DefaultValueFactory = _ => 1
        };
        var json = new Option<bool>("--json") { Description = "The summary as one JSON object." };
        var command = new DescribedCommand("world",
            "Draws a world of subjects in scenes as a crawl of web pages, with the truth about it apart.",
            "suti world --out CRAWL --pages 1000 --noise 0.3") { to, pages, seed, size, noise, place, split, pose, sprites, share, json };
        command.SetAction((parsed, stop) => Task.FromResult(Run(parsed.GetValue(to)!, parsed.GetValue(seed),
            parsed.GetValue(sprites) is { } folder ? SpriteFolder.Open(folder) : null, parsed.GetValue(share),
            new()
            {
                Pages = parsed.GetValue(pages),
                Size = parsed.GetValue(size),
                Noise = parsed.GetValue(noise),
                OnePlace = parsed.GetValue(place),
                Split = parsed.GetValue(split),
                Pose = PoseRange.Between((float)parsed.GetValue(pose)),
            },
            parsed.GetValue(json), stop)));
        return command;
    }

    static int Run(string folder, ulong seed, SpriteFolder? sprites, double share, CrawlOptions options, bool json, CancellationToken stop)
    {
        var summary = CrawlWriter.Write(folder, new(seed, sprites, share), options, null, stop);
        if (json)
            Output.JsonLine(new()
            {
                ["pages"] = summary.Pages,
                ["pictures"] = summary.Pictures,
                ["clusters"] = summary.Clusters,
                ["folder"] = folder
            });
        else
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{summary.Pictures:N0} pictures on {summary.Pages:N0} pages, {summary.Clusters:N0} of one subject: {folder}"));
        return ExitCode.Done;
    }
}
