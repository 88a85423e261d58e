using System.CommandLine;
using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Generation;

namespace SuTI.Cli.Commands;

/// <summary><c>suti txt2img</c>: pictures from prompts by a published model.</summary>
static class Txt2ImgCommand
{
    static readonly Option<string> s_model = new("--model") { Description = "A folder with model_index.json: Stable Diffusion 1 or 2, or the first stage of DeepFloyd-IF.", Required = true };
    static readonly Option<string[]> s_prompt = new("--prompt") { Description = "What to draw; may be given several times." };
    static readonly Option<string?> s_prompts = new("--prompts") { Description = "A file with a prompt on each line." };
    static readonly Option<string> s_negative = new("--negative") { Description = "What pictures are led away from.", DefaultValueFactory = _ => "" };
    static readonly Option<int?> s_steps = new("--steps") { Description = "Steps of the sampler; by default 50, for DeepFloyd-IF 100." };
    static readonly Option<double?> s_guidance = new("--guidance") { Description = "How much the prompt is strengthened; 1 is not at all; by default 7.5, for DeepFloyd-IF 7." };
    static readonly Option<string> s_sampler = new("--sampler") { Description = $"One of {string.Join(", ", SamplerNames.All)}.", DefaultValueFactory = _ => SamplerNames.OfModel };
    static readonly Option<double> s_eta = new("--eta") { Description = "Share of fresh noise in ddim, 0 to 1." };
    static readonly Option<ulong> s_seed = new("--seed") { Description = "Of the first picture; each further one has the next.", DefaultValueFactory = _ => 0 };
    static readonly Option<int> s_count = new("--count") { Description = "Pictures of each prompt.", DefaultValueFactory = _ => 1 };
    static readonly Option<string?> s_size = SizeOption.Create();
    static readonly Option<int> s_batch = new("--batch") { Description = "Pictures made together; changes time and memory, no picture.", DefaultValueFactory = _ => 1 };
    static readonly Option<string?> s_enlarger = new("--enlarger") { Description = "A folder of DeepFloyd-IF's second stage, which enlarges what --model draws." };
    static readonly Option<string> s_device = Devices.Option();
    static readonly Option<string> s_precision = new("--precision") { Description = "f32, bf16 or f16 (the halves under CUDA only).", DefaultValueFactory = _ => "f32" };
    static readonly Option<string?> s_variant = new("--variant") { Description = "Which weight files, as fp16 for model.fp16.safetensors." };
    static readonly Option<string> s_out = new("--out") { Description = "A folder for the pictures, which are numbered behind those that are there.", DefaultValueFactory = _ => "pictures" };
    static readonly Option<bool> s_json = new("--json") { Description = "One JSON object a picture." };

    internal static Command Create()
    {
        var command = new DescribedCommand("txt2img", "Draws prompts by a published model; pictures carry all their parameters.",
            "suti txt2img --model stable-diffusion-v1-5 --prompt \"a red fox in the snow\" --count 4")
        {
            s_model, s_prompt, s_prompts, s_negative, s_steps, s_guidance, s_sampler, s_eta, s_seed, s_count, s_size, s_batch, s_enlarger, s_device,
            s_precision, s_variant, s_out, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        var jobs = Jobs(parsed);
        var (width, height) = SizeOption.Parse(parsed.GetValue(s_size));
        var settings = new PictureSettings
        {
            Steps = parsed.GetValue(s_steps),
            Guidance = parsed.GetValue(s_guidance),
            Sampler = parsed.GetValue(s_sampler)!,
            Eta = parsed.GetValue(s_eta),
            Width = width,
            Height = height,
            Batch = parsed.GetValue(s_batch),
        };
        var folder = new PictureFolder(parsed.GetValue(s_out)!);
        using var model = TextToImage.Open(parsed.GetValue(s_model)!, new()
        {
            Device = Devices.Parse(parsed.GetValue(s_device)!),
            Precision = PictureOptions.Precision(parsed.GetValue(s_precision)!),
            Variant = parsed.GetValue(s_variant),
            Enlarger = parsed.GetValue(s_enlarger),
        });
        foreach (string prompt in jobs.Select(job => job.Prompt).Distinct())
        {
            if (model.Warning(prompt) is { } warning)
                Console.Error.WriteLine($"suti: {warning}");
        }
        using var stop = new StopSignal();
        var line = new ProgressLine("step");
        var pictures = model.Generate(jobs, settings,
            progress => line.Show(progress.Done, progress.Total, $"{progress.Pictures} of {jobs.Count} pictures"), stop.Token);
        foreach (var picture in pictures)
        {
            string path = folder.Next();
            AtomicFile.Write(path, file => file.Write(picture.ToPng()));
            line.Clear();
            Print(path, picture.Recipe, parsed.GetValue(s_json));
        }
        return ExitCode.Done;
    }

    static List<PictureJob> Jobs(ParseResult parsed)
    {
        var prompts = new List<string>(parsed.GetValue(s_prompt) ?? []);
        if (parsed.GetValue(s_prompts) is { } file)
            prompts.AddRange(PictureOptions.Lines(file));
        int count = parsed.GetValue(s_count);
        if (prompts.Count == 0)
            throw new SutiException("txt2img", "needs something to draw", "--prompt or --prompts", "neither");
        if (count < 1)
            throw new SutiException("--count", "takes a number of pictures", "1 or more", count.ToString(CultureInfo.InvariantCulture));
        ulong seed = parsed.GetValue(s_seed);
        return [.. prompts.SelectMany(prompt => Enumerable.Repeat(prompt, count))
            .Select((prompt, i) => new PictureJob(prompt, unchecked(seed + (ulong)i)) { NegativePrompt = parsed.GetValue(s_negative)! })];
    }

    static void Print(string path, PictureRecipe recipe, bool json)
    {
        if (json)
            Output.JsonLine(new() { ["path"] = path, ["prompt"] = recipe.Prompt, ["seed"] = recipe.Seed, ["width"] = recipe.Width, ["height"] = recipe.Height });
        else
            Console.Out.WriteLine($"{path}: {recipe.Prompt} (seed {recipe.Seed})");
    }
}
