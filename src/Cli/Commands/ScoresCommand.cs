using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Evaluation;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Cli.Commands;

/// <summary><c>suti scores</c>: CLIP-I, CLIP-T and DINO of what a run's experts drew.</summary>
static class ScoresCommand
{
    static readonly Argument<string> s_run = new("RUN") { Description = "A run whose experts have drawn." };
    static readonly Option<string?> s_dino = new("--dino") { Description = "A folder with a DINO (ViTModel)." };
    static readonly Option<string> s_prompts = new("--prompts") { Description = "Pictures of which prompts: all, training or held-out.", DefaultValueFactory = _ => "all" };
    static readonly Option<bool> s_json = new("--json") { Description = "The scores as one JSON object." };
    static readonly EmbedderSettings s_embedder = new();

    internal static Command Create()
    {
        var command = new DescribedCommand("scores", "Measures expert pictures by CLIP-I, CLIP-T and DINO, with intervals over subjects.",
            "suti scores RUN --clip clip-vit-base-patch32 --dino dino-vits16") { s_run, s_dino, s_prompts, s_json };
        foreach (var option in s_embedder.All)
            command.Add(option);
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        bool? heldOut = parsed.GetValue(s_prompts) switch
        {
            "all" => null,
            "training" => false,
            "held-out" => true,
            var other => throw new SutiException("--prompts", "says pictures of which prompts are measured", "all, training or held-out", other),
        };
        using var run = RunCatalogue.Open(parsed.GetValue(s_run)!);
        using var clip = s_embedder.Open(parsed);
        using var dino = parsed.GetValue(s_dino) is { } folder ? DinoEmbedder.Open(folder, s_embedder.Options(parsed)) : null;
        using var stop = new StopSignal();
        var scores = RunEvaluation.Measure(run, clip, clip, dino, heldOut, stop.Token);
        if (parsed.GetValue(s_json))
        {
            var json = new JsonObject { ["pictures"] = scores.Pictures, ["missing"] = scores.Missing };
            foreach (var (name, value) in scores.Scores)
                json[name] = new JsonObject { ["mean"] = value.Mean, ["low"] = value.Low, ["high"] = value.High, ["subjects"] = value.Count };
            Output.JsonLine(json);
            return ExitCode.Done;
        }
        Output.Table(["score", "mean", "95 % from", "to", "subjects"], scores.Scores.Select(score => (string[])
            [score.Name, Text(score.Value.Mean), Text(score.Value.Low), Text(score.Value.High), score.Value.Count.ToString(CultureInfo.InvariantCulture)]));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scores.Pictures:N0} pictures; {scores.Missing:N0} missing"));
        return ExitCode.Done;
    }

    static string Text(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
