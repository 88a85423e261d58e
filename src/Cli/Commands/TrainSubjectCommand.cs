using System.CommandLine;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Layers;
using SuTI.Model.Nano;
using SuTI.Model.Subjects;
using SuTI.Model.Training;
using SuTI.Model.World;

namespace SuTI.Cli.Commands;

/// <summary><c>suti train base</c> and <c>suti train apprentice</c>: models that draw, on the drawn world.</summary>
static class TrainSubjectCommand
{
    internal static Command Create(bool isApprentice)
    {
        string name = isApprentice ? "apprentice" : "base";
        var config = new Option<string?>("--config") { Description = "The stage's configuration: docs/training.md. By default all defaults." };
        var to = new Option<string>("--out") { Description = "The run's folder; what is there is gone on with.", Required = true };
        var from = new Option<string?>("--from") { Description = "Weights to begin with (weights.safetensors or ema.safetensors of a run); parameters that they lack begin anew." };
        var minutes = new Option<double?>("--minutes") { Description = "Stops, with a checkpoint, after so long." };
        var device = Devices.Option();
        var command = new DescribedCommand(name, isApprentice ? "Trains an apprentice: a model that draws a subject from demonstrations." : "Trains a model that draws from text alone.",
            $"suti train {name} --out runs/{name} --minutes 60")
        { config, to, from, minutes, device };
        command.SetAction(parsed => Run(name, isApprentice, parsed.GetValue(config), parsed.GetValue(to)!, parsed.GetValue(from), parsed.GetValue(minutes),
            Devices.Parse(parsed.GetValue(device)!)));
        return command;
    }

    static int Run(string name, bool isApprentice, string? file, string to, string? from, double? minutes, Device device)
    {
        var config = file is null ? StageConfig.Empty(name) : StageConfig.Open(file);
        var training = TrainingConfig.Read(config.Section("training"));
        var tokenizer = NanoTokenizer.Create();
        var recipe = SubjectRecipe.Read(config, tokenizer, isApprentice);
        config.Finish();
        using var scope = TensorScope.Open("training");
        using var store = new ParameterStore(device);
        var model = new SubjectModel(store.Root, recipe.Model, tokenizer);
        var data = new WorldSubjects(new SubjectWorld(recipe.WorldSeed), recipe.Size, recipe.Targets, recipe.Demonstrations, recipe.Pose, device);
        using var folder = RunFolder.Open(to, name, config);
        if (from is not null)
        {
            store.Allocate(training.Seed);
            var report = store.Load(from, new() { AllowMissing = true });
            Console.Error.WriteLine($"suti: {report}");
        }
        using var stop = new StopSignal();
        using var trainer = new Trainer(new SubjectStage(name, model, store, data, recipe.Options), training, folder, new()
        {
            Minutes = minutes,
            Progress = progress => Console.Error.WriteLine(progress),
            Notice = text => Console.Error.WriteLine($"suti: {text}"),
        });
        var result = trainer.Run(stop.Token);
        Console.Out.WriteLine($"{result.Reason}: {result.Step} steps, {result.Checkpoint}, {result.Report}");
        return ExitCode.Done;
    }
}
