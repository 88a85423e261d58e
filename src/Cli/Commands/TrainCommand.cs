using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SuTI.Engine;
using SuTI.Model.Nano;
using SuTI.Model.Subjects;
using SuTI.Model.Training;

namespace SuTI.Cli.Commands;

/// <summary><c>suti train STAGE</c>: a training stage in a run's folder, and the model that comes of it.</summary>
static class TrainCommand
{
    const string ModelFolder = "model";

    // Whatever stages there are, in the order in which they build on each other.
    static readonly IReadOnlyList<TrainingRecipe> s_stages = [.. NanoStages.All, .. SubjectStages.All];

    internal static Command Create()
    {
        var command = new Command("train", "Trains a part of the program's own model.");
        foreach (var stage in s_stages)
            command.Add(Create(stage));
        return command;
    }

    static DescribedCommand Create(TrainingRecipe stage)
    {
        var file = new Option<string?>("--config") { Description = "A JSON file, as in models/recipes; with --resume, the run's own is the default." };
        var to = new Option<string>("--out") { Description = "The run's folder: checkpoints, metrics, report.html, and the model.", Required = true };
        var resume = new Option<bool>("--resume") { Description = "Go on with the run that is there." };
        var minutes = new Option<double?>("--minutes") { Description = "Stop after so long; --resume goes on to the same bits." };
        var device = Devices.Option();
        var run = new Argument<string?>("RUN") { Description = "A run whose pictures are learnt from: data.run of the configuration.", Arity = ArgumentArity.ZeroOrOne };
        var set = new Option<string[]>("--set") { Description = "KEY=VALUE in the place of what the configuration says, as training.steps=400; again for more." };
        var command = new DescribedCommand(stage.Name, stage.Description,
            $"suti train {stage.Name} --config models/recipes/{stage.Name}.json --out runs/{stage.Name}") { file, set, to, resume, minutes, device };
        var start = new Option<string?>("--start") { Description = "A model's folder whose parts the new one begins with: start of the configuration." };
        if (stage.ReadsRun)
            command.Add(run);
        if (stage.HasStart)
            command.Add(start);
        command.SetAction((parsed, _) => Task.FromResult(Run(stage, parsed.GetValue(file), Keys(parsed), parsed.GetValue(to)!,
            parsed.GetValue(resume), parsed.GetValue(minutes), Devices.Parse(parsed.GetValue(device)!))));
        return command;

        IReadOnlyList<(string, JsonNode)> Keys(ParseResult parsed)
        {
            var keys = (parsed.GetValue(set) ?? []).Select(Key).ToList();
            if (stage.ReadsRun && parsed.GetValue(run) is { } folder)
                keys.Add(("data.run", Path.GetFullPath(folder)));
            if (stage.HasStart && parsed.GetValue(start) is { } model)
                keys.Add(("start", Path.GetFullPath(model)));
            return keys;
        }
    }

    /// <summary>A value is JSON where it can be read as that, and else a text.</summary>
    static (string, JsonNode) Key(string text)
    {
        if (text.Split('=', 2) is not [{ Length: > 0 } key, var value])
            throw new SutiException("--set", "sets a key of the configuration", "KEY=VALUE", text);
        try
        {
            return (key, JsonNode.Parse(value) ?? value);
        }
        catch (JsonException)
        {
            return (key, value);
        }
    }

    static int Run(TrainingRecipe stage, string? file, IReadOnlyList<(string Path, JsonNode Value)> set, string path, bool resumes, double? minutes, Device device)
    {
        var config = Open(file, set, path, resumes);
        if (minutes is < 0 or double.NaN)
            throw new SutiException("train", "--minutes is a length of time", "at least 0", minutes.Value.ToString(CultureInfo.InvariantCulture));
        var training = TrainingConfig.Read(config.Section("training"));
        using var learnt = stage.Create(config, training, device);
        config.Finish();
        using var folder = RunFolder.Open(path, learnt.Name, config);
        using var stop = new StopSignal();
        var line = new ProgressLine($"train {stage.Name}");
        TrainingResult result;
        using (var trainer = new Trainer(learnt, training, folder, new()
        {
            Minutes = minutes,
            Progress = progress => line.Show(progress.Step, progress.Steps, string.Create(CultureInfo.InvariantCulture,
                $"loss {progress.Loss:0.####}, {progress.ImagesPerSecond:0.0} images/s")),
            Notice = notice =>
            {
                line.Clear();
                Console.Error.WriteLine($"note: {notice}");
            },
        }))
            result = trainer.Run(stop.Token);
        line.Clear();
        string model = Path.Combine(folder.Root, ModelFolder);
        StageExport.Save(learnt, result.Checkpoint, model);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Ended(result.Reason)} after step {result.Step} of {training.Steps}: model {model}, report {result.Report}"));
        return ExitCode.Done;
    }

    static StageConfig Open(string? file, IReadOnlyList<(string Path, JsonNode Value)> set, string path, bool resumes)
    {
        string run = Path.Combine(path, "run.json"), own = Path.Combine(path, "config.json");
        if (File.Exists(run) && !resumes)
            throw new SutiException(CheckpointException.Printable(path, 1000), "a run that is there is not begun again", "--resume to go on with it, or another folder",
                "a run");
        if (resumes && !File.Exists(run))
            throw new SutiException(CheckpointException.Printable(path, 1000), "there is no run to go on with", "run.json", "none");
        if (file is null && !resumes)
            throw new SutiException("train", "a new run needs a configuration", "--config FILE", "none");
        return StageConfig.Open(file ?? own, set);
    }

    static string Ended(StopReason reason) => reason switch
    {
        StopReason.Finished => "finished",
        StopReason.TimeUp => "time is up",
        _ => "stopped",
    };
}
