using System.CommandLine;
using System.Globalization;
using SuTI.Engine;
using SuTI.Model.Evaluation;
using SuTI.Model.Evaluation.HeldOut;
using SuTI.Model.Subjects;
using SuTI.Model.World;

namespace SuTI.Cli.Commands;

/// <summary><c>suti evaluate</c>: subjects that nothing has learnt from, drawn by several routes and measured.</summary>
static class EvaluateCommand
{
    // What the table of comparisons is about, where it is measured.
    const int MainDemonstrations = 4;

    static readonly EvaluationSettings s_defaults = new();

    static readonly Option<string?> s_model = new("--model") { Description = "A folder with an apprentice; by default the one that comes with the program." };
    static readonly Option<string[]> s_other = new("--other") { Description = "NAME=FOLDER: a further model to compare with; again for more. A model of text alone reads no demonstrations." };
    static readonly Option<string?> s_dino = new("--dino") { Description = "A folder with a DINO; by default the one that comes with the program." };
    static readonly Option<string> s_demos = new("--demos") { Description = "How many demonstrations the apprentice reads: each number is a route.", DefaultValueFactory = _ => "0,1,4" };
    static readonly Option<int> s_otherDemos = new("--other-demos") { Description = "The same of further models.", DefaultValueFactory = _ => MainDemonstrations };
    static readonly Option<string?> s_base = new("--base") { Description = "A folder with the model that experts are tuned from, by as many demonstrations; without it there are none." };
    static readonly Option<int?> s_experts = new("--expert-subjects") { Description = "Experts, for the first subjects; by default one for each." };
    static readonly Option<int> s_dreams = new("--dream-subjects") { Description = "The same of Dream-SuTI: the apprentice tuned.", DefaultValueFactory = _ => 0 };
    static readonly Option<int> s_subjects = new("--subjects") { Description = "Held-out subjects.", DefaultValueFactory = _ => s_defaults.Subjects };
    static readonly Option<string> s_split = new("--split") { Description = "subjects: unseen individuals of known classes; classes: of unseen ones.", DefaultValueFactory = _ => "subjects" };
    static readonly Option<int> s_prompts = new("--prompts") { Description = "Prompts of each subject.", DefaultValueFactory = _ => s_defaults.Prompts };
    static readonly Option<int> s_count = new("--count") { Description = "Pictures of each prompt.", DefaultValueFactory = _ => s_defaults.Count };
    static readonly Option<int> s_references = new("--references") { Description = "Further pictures of a subject, which pictures are measured against.", DefaultValueFactory = _ => s_defaults.References };
    static readonly Option<int> s_decoys = new("--decoys") { Description = "Other individuals of its class, which it must not be taken for.", DefaultValueFactory = _ => s_defaults.Decoys };
    static readonly Option<double> s_pose = new("--pose") { Description = "Of subjects: 0 easy, as the small models learn, to 1.", DefaultValueFactory = _ => s_defaults.Pose };
    static readonly Option<ulong> s_world = new("--world-seed") { Description = "Names the world.", DefaultValueFactory = _ => s_defaults.WorldSeed };
    static readonly Option<double> s_guidance = new("--guidance") { Description = "How much prompt and demonstrations are strengthened.", DefaultValueFactory = _ => s_defaults.Guidance };
    static readonly Option<double> s_temperature = SamplingOptions.Temperature();
    static readonly Option<int> s_steps = new("--steps") { Description = "Of the sampler.", DefaultValueFactory = _ => s_defaults.Steps };
    static readonly Option<ulong> s_seed = new("--seed") { Description = "Of prompts and noise, which are the same for all routes.", DefaultValueFactory = _ => s_defaults.Seed };
    static readonly Option<int> s_together = new("--together") { Description = "Pictures drawn together.", DefaultValueFactory = _ => s_defaults.Batch };
    static readonly Option<string> s_out = new("--out") { Description = "A folder for results, tables and grids; what is measured there is not measured again.", Required = true };
    static readonly TuningSettings s_tuning = new("expert-");
    static readonly EmbedderSettings s_embedder = new();

    internal static Command Create()
    {
        var command = new DescribedCommand("evaluate", "Draws subjects that nothing has learnt from by several routes, and measures the pictures.",
            "suti evaluate --model models/nano/apprentice --clip models/nano/clip --dino models/nano/dino --demos 0,1,4 --out EVALUATION")
        {
            s_model, s_other, s_dino, s_demos, s_otherDemos, s_base, s_experts, s_dreams, s_subjects, s_split, s_prompts, s_count, s_references, s_decoys, s_pose, s_world,
            s_guidance, s_temperature, s_steps, s_seed, s_together, s_out,
        };
        foreach (var option in s_tuning.All.Concat(s_embedder.All))
            command.Add(option);
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        int[] demonstrations = Numbers(parsed.GetValue(s_demos)!);
        int others = parsed.GetValue(s_otherDemos);
        var options = s_embedder.Options(parsed);
        var device = options.Device ?? Device.Cpu;
        using var models = new Models();
        string apprentice = parsed.GetValue(s_model) ?? ShippedModel.Find("apprentice");
        var model = models.Open(apprentice, device);
        var (height, width) = model.Model.Config.Unet.SampleSize ?? (0, 0);
        if (height != width)
            throw new SutiException(CheckpointException.Printable(model.Folder.Path, 1000), "draws square pictures", null, FormattableString.Invariant($"{width}x{height}"));
        var set = new TestSet(Settings(parsed, demonstrations.Append(others).Max(), width));
        using var clip = s_embedder.Open(parsed);
        using var dino = DinoEmbedder.Open(parsed.GetValue(s_dino) ?? ShippedModel.Find("dino", "--dino"), options);
        var judge = new PictureJudge(set, clip, clip, dino);
        List<IDrawingRoute> routes = [new RealRoute(set), new CopyRoute(set.Settings)];
        routes.AddRange(demonstrations.Select(count => new ModelRoute(Named(count), model, count, set.Settings)));
        foreach (string other in parsed.GetValue(s_other) ?? [])
        {
            int equals = other.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw new SutiException("--other", "names a model", "NAME=FOLDER", other);
            var opened = models.Open(other[(equals + 1)..], device);
            routes.Add(new ModelRoute(other[..equals], opened, opened.Model.Apprentice is null ? 0 : others, set.Settings));
        }
        int tuned = Math.Max(1, Compared(demonstrations));
        var tuning = s_tuning.Options(parsed);
        if (parsed.GetValue(s_base) is { } start)
            routes.Add(models.Tune("expert", models.Open(start, device), tuning, tuned, set.Settings, parsed.GetValue(s_experts)));
        if (parsed.GetValue(s_dreams) is > 0 and int dreams)
            routes.Add(models.Tune("dream", models.Open(apprentice, device), tuning with { ReadsDemonstrations = true }, tuned, set.Settings, dreams));
        using var folder = EvaluationFolder.Open(parsed.GetValue(s_out)!, set, judge);
        using var stop = new StopSignal();
        var line = new ProgressLine("evaluate");
        try
        {
            HeldOutEvaluation.Run(set, judge, routes, folder, (done, total, next) => line.Show(done, total, next), stop.Token);
        }
        finally
        {
            line.Clear();
        }
        Print(EvaluationReport.Write(folder, set, Named(Compared(demonstrations)), device.Name));
        Console.Out.WriteLine(Path.Combine(folder.Path, EvaluationReport.MarkdownFile));
        return ExitCode.Done;
    }

    static EvaluationSettings Settings(ParseResult parsed, int demonstrations, int size) => new()
    {
        WorldSeed = parsed.GetValue(s_world),
        Split = parsed.GetValue(s_split) switch
        {
            "subjects" => WorldSplit.Subjects,
            "classes" => WorldSplit.Classes,
            var split => throw new SutiException("--split", "names what nothing has learnt from", "subjects or classes", split),
        },
        Subjects = parsed.GetValue(s_subjects),
        Prompts = parsed.GetValue(s_prompts),
        Count = parsed.GetValue(s_count),
        // At least as many as by default, so that the subjects stay the same where fewer are read.
        Demonstrations = Math.Max(demonstrations, s_defaults.Demonstrations),
        References = parsed.GetValue(s_references),
        Decoys = parsed.GetValue(s_decoys),
        Size = size,
        Pose = parsed.GetValue(s_pose),
        Steps = parsed.GetValue(s_steps),
        Guidance = parsed.GetValue(s_guidance),
        Temperature = parsed.GetValue(s_temperature),
        Seed = parsed.GetValue(s_seed),
        Batch = parsed.GetValue(s_together),
    };

    static int[] Numbers(string text)
    {
        int[] numbers = [.. text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1).Distinct()];
        return numbers.All(number => number is >= 0 and <= 8) ? numbers
            : throw new SutiException("--demos", "takes numbers of demonstrations", "0 to 8, as in 0,1,4", CheckpointException.Printable(text));
    }

    static int Compared(int[] demonstrations) => demonstrations.Contains(MainDemonstrations) ? MainDemonstrations : demonstrations.Max();

    static string Named(int demonstrations) => FormattableString.Invariant($"apprentice-{demonstrations}");

    static void Print(EvaluationSummary summary)
    {
        string Text(IReadOnlyDictionary<string, MeanInterval> scores, string name)
            => scores.TryGetValue(name, out var value) ? value.Mean.ToString("F3", CultureInfo.InvariantCulture) : "";
        Output.Table(["route", .. PictureScore.Names, "s/picture"], summary.Routes.Select(route => (string[])
            [route.Route, .. PictureScore.Names.Select(name => Text(route.Scores, name)), route.Each.Mean.ToString("F3", CultureInfo.InvariantCulture)])
            .Append(["chance", .. PictureScore.Names.Select(name => summary.Chance.TryGetValue(name, out double value) ? value.ToString("F3", CultureInfo.InvariantCulture) : ""), ""]));
    }

    /// <summary>The models that are open.</summary>
    sealed class Models : IDisposable
    {
        readonly List<LoadedSubjectModel> _all = [];
        readonly List<TunedRoute> _tuned = [];

        internal LoadedSubjectModel Open(string folder, Device device)
        {
            var model = SubjectModelFolder.Open(folder, device);
            _all.Add(model);
            return model;
        }

        internal TunedRoute Tune(string name, LoadedSubjectModel model, TuningOptions options, int demonstrations, EvaluationSettings settings, int? subjects)
        {
            var route = new TunedRoute(name, model, options, demonstrations, settings, subjects);
            _tuned.Add(route);
            return route;
        }

        public void Dispose()
        {
            _tuned.ForEach(route => route.Dispose());
            _all.ForEach(model => model.Dispose());
        }
    }
}
