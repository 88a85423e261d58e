using System.CommandLine;
using System.Globalization;
using SuTI.Engine;
using SuTI.Model.Evaluation;
using SuTI.Model.Evaluation.Quickstart;
using SuTI.Model.Subjects;

namespace SuTI.Cli.Commands;

/// <summary><c>suti quickstart</c>: a page with unseen subjects, in minutes.</summary>
static class QuickstartCommand
{
    static readonly QuickstartOptions s_defaults = new();

    static readonly Option<string> s_out = new("--out") { Description = "A folder for index.html and the pictures.", DefaultValueFactory = _ => "quickstart" };
    static readonly Option<string?> s_model = new("--model") { Description = "A folder with the parts clip, dino, base and apprentice; by default the model that comes with the program." };
    static readonly Option<bool> s_fromScratch = new("--from-scratch") { Description = "Trains everything first, at a toy size: from an empty folder to an apprentice." };
    static readonly Option<double> s_minutes = new("--minutes") { Description = "With --from-scratch: of its trainings together.", DefaultValueFactory = _ => 13 };
    static readonly Option<int> s_experts = new("--experts") { Description = "With --from-scratch: experts that the apprentice learns from.", DefaultValueFactory = _ => 16 };
    static readonly Option<int> s_steps = new("--steps") { Description = "Of the sampler.", DefaultValueFactory = _ => s_defaults.Steps };
    static readonly Option<double> s_guidance = new("--guidance") { Description = "How much prompt and demonstrations are strengthened.", DefaultValueFactory = _ => s_defaults.Guidance };
    static readonly Option<double> s_temperature = SamplingOptions.Temperature();
    static readonly Option<ulong> s_seed = new("--seed") { Description = "Of prompts and noise.", DefaultValueFactory = _ => s_defaults.Seed };
    static readonly TuningSettings s_tuning = new("expert-", s_defaults.Tuning);
    static readonly Option<string> s_device = Devices.Option();

    internal static Command Create(RootCommand root)
    {
        var command = new DescribedCommand("quickstart", "Draws three subjects that the model has never met, and a page that shows them.", "suti quickstart --out quickstart")
        {
            s_out, s_model, s_fromScratch, s_minutes, s_experts, s_steps, s_guidance, s_temperature, s_seed, s_device,
        };
        foreach (var option in s_tuning.All)
            command.Add(option);
        command.SetAction(parsed => Run(root, parsed));
        return command;
    }

    static int Run(RootCommand root, ParseResult parsed)
    {
        var part = Parts(root, parsed);
        var device = Devices.Parse(parsed.GetValue(s_device)!);
        var options = s_defaults with
        {
            Steps = parsed.GetValue(s_steps),
            Guidance = parsed.GetValue(s_guidance),
            Temperature = parsed.GetValue(s_temperature),
            Seed = parsed.GetValue(s_seed),
            Tuning = s_tuning.Options(parsed),
        };
        string folder = parsed.GetValue(s_out)!;
        using var apprentice = SubjectModelFolder.Open(part("apprentice"), device);
        using var start = SubjectModelFolder.Open(part("base"), device);
        using var clip = ClipEmbedder.Open(part("clip"), new() { Device = device });
        using var dino = DinoEmbedder.Open(part("dino"), new() { Device = device });
        using var stop = new StopSignal();
        var line = new ProgressLine("quickstart");
        QuickstartResult result;
        try
        {
            result = QuickstartRun.Run(new(apprentice, start, clip, clip, dino), options, folder, (done, total, what) => line.Show(done, total, what), stop.Token);
        }
        finally
        {
            line.Clear();
        }
        Output.Table(["drawn by", "dino", "clip_i", "clip_t", "first picture, s", "each, s"], result.Routes.Select(route => (string[])
            [route, Text(result.Mean(route, "dino")), Text(result.Mean(route, "clip_i")), Text(result.Mean(route, "clip_t")), Text(result.UntilFirst(route)), Text(result.Each(route))]));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a new subject {result.TimesSooner:0.0} times sooner than by an expert"));
        Console.Out.WriteLine(Path.Combine(folder, QuickstartRun.PageFile));
        return ExitCode.Done;
    }

    static Func<string, string> Parts(RootCommand root, ParseResult parsed)
    {
        string? model = parsed.GetValue(s_model);
        if (!parsed.GetValue(s_fromScratch))
            return part => model is null ? ShippedModel.Find(part) : Path.Combine(model, part);
        if (model is not null)
            throw new SutiException("--from-scratch", "trains a model", "no --model", CheckpointException.Printable(model, 1000));
        double minutes = parsed.GetValue(s_minutes);
        if (!(minutes is >= 0 and < 10_000))
            throw new SutiException("--minutes", "is a length of time", "0 or more", minutes.ToString(CultureInfo.InvariantCulture));
        var scratch = new FromScratch(root, Path.Combine(parsed.GetValue(s_out)!, "scratch"), parsed.GetValue(s_device)!, minutes, parsed.GetValue(s_experts),
            ["--sample-steps", parsed.GetValue(s_steps).ToString(CultureInfo.InvariantCulture), .. s_tuning.Arguments(parsed)]);
        scratch.Run();
        return scratch.Part;
    }

    static string Text(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
