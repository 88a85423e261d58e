using System.CommandLine;
using System.Globalization;
using SuTI.Model.Subjects;

namespace SuTI.Cli.Commands;

/// <summary><c>suti dream</c>: an apprentice tuned further on one subject.</summary>
static class DreamCommand
{
    static readonly Option<string> s_model = new("--model") { Description = "A folder with an apprentice.", Required = true };
    static readonly Option<string> s_subject = new("--subject") { Description = "A folder of photographs; NAME.txt beside NAME.png or NAME.jpg is a caption.", Required = true };
    static readonly Option<string?> s_class = new("--class") { Description = "What the photographs show, where no caption says so; by default the folder's name." };
    static readonly Option<ulong> s_seed = new("--seed") { Description = "Of tuning.", DefaultValueFactory = _ => 0 };
    static readonly Option<string> s_out = new("--out") { Description = "The folder of the tuned model.", Required = true };
    static readonly TuningSettings s_tuning = new();
    static readonly Option<string> s_device = Devices.Option();

    internal static Command Create()
    {
        var command = new DescribedCommand("dream", "Tunes an apprentice further on your subject; suti generate then draws with it (Dream-SuTI).",
            "suti dream --model models/nano/apprentice --subject photos/my-robot --out my-robot-model --steps 60 --optimizer adamw --learning-rate 2e-4")
        {
            s_model, s_subject, s_class, s_seed, s_out, s_device,
        };
        foreach (var option in s_tuning.All)
            command.Add(option);
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        var photographs = Photographs.Read(parsed.GetValue(s_subject)!, parsed.GetValue(s_class));
        foreach (string skipped in photographs.Skipped)
            Console.Error.WriteLine($"suti: left out: {skipped}");
        using var loaded = SubjectModelFolder.Open(parsed.GetValue(s_model)!, Devices.Parse(parsed.GetValue(s_device)!));
        var options = s_tuning.Options(parsed) with { ReadsDemonstrations = true };
        using var tuner = new SubjectTuner(loaded.Model, loaded.Weights, options);
        using var stop = new StopSignal();
        var line = new ProgressLine("dream");
        double loss = tuner.Tune([.. photographs.All.Select(photograph => new TuningPicture(photograph.Image, photograph.Caption))], parsed.GetValue(s_seed),
            (step, value) => line.Show(step, options.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {value:0.####}")), stop.Token);
        line.Clear();
        string to = parsed.GetValue(s_out)!;
        SubjectModelFolder.Save(to, loaded);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Steps} steps on {photographs.All.Count} photographs, loss {loss:0.####} at the end: {to}"));
        return ExitCode.Done;
    }
}
