using System.CommandLine;
using System.Globalization;
using System.Text;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Cli;

/// <summary>
/// The whole pipeline at a toy size, from an empty folder to an apprentice: the program's own commands one after another, each shown before
/// it is run. A stage that is done is not done again.
/// </summary>
/// <param name="root">The program.</param>
/// <param name="folder">Where everything goes.</param>
/// <param name="device">As commands take it.</param>
/// <param name="minutes">Of the four trainings together.</param>
/// <param name="experts">How many.</param>
/// <param name="expert">Further options of <c>suti experts</c>.</param>
sealed class FromScratch(RootCommand root, string folder, string device, double minutes, int experts, IReadOnlyList<string> expert)
{
    const string Optimizer = "\"optimizer\": {\"name\": \"adamw\", \"learning_rate\": 0.001, \"beta2\": 0.98, \"weight_decay\": 0.01}, \"schedule\": {\"warmup_steps\": 50}, "
        + "\"log_steps\": 10, \"checkpoint_steps\": 0, \"checkpoint_minutes\": 1, \"keep\": 1";

    const string Drawing = "\"unet\": {\"channels\": [96, 128], \"layers\": 1, \"patch\": 4, \"conditioning\": 128}, \"text\": {\"width\": 96, \"layers\": 1, \"heads\": 3}";

    const string Clip = $$$"""
        {"world": {"individuals": 50, "pose": 0.2},
         "model": {"projection": 64, "vision": {"image_size": 32, "patch_size": 8, "width": 96, "layers": 3, "heads": 3}, "text": {"width": 96, "layers": 2, "heads": 3}},
         "training": {"steps": 4000, "batch_size": 64, "ema": {"decay": 0.98}, "probe_steps": 0, "sample_steps": 0, {{{Optimizer}}}}}
        """;

    const string Dino = $$$"""
        {"world": {"individuals": 50, "pose": 0.2, "plain_share": 0.5}, "model": {"image_size": 32, "patch_size": 8, "width": 96, "layers": 3, "heads": 3},
         "training": {"steps": 4000, "batch_size": 64, "ema": {"decay": 0.98}, "probe_steps": 0, "sample_steps": 0, {{{Optimizer}}}}}
        """;

    const string Base = $$$"""
        {"world": {"size": 32, "pose": 0}, "model": { {{{Drawing}}} },
         "training": {"steps": 20000, "batch_size": 16, "ema": {"decay": 0.99}, "probe_steps": 200, "sample_steps": 1000, {{{Optimizer}}}}}
        """;

    // Half of its subjects are drawn by the world: so few experts are learnt by heart.
    const string Apprentice = $$$"""
        {"start": "BASE", "data": {"world_share": 0.5, "probe_world": true}, "world": {"size": 32, "pose": 0, "targets": 4, "demonstrations": 3}, "model": { {{{Drawing}}} },
         "training": {"steps": 20000, "batch_size": 16, "ema": {"decay": 0.99}, "probe_steps": 200, "sample_steps": 1000, {{{Optimizer}}}}}
        """;

    /// <summary>The folder of a part: clip, dino, base, apprentice.</summary>
    internal string Part(string name) => Path.Combine(folder, name, "model");

    /// <exception cref="SutiException">A stage failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; what is done stays.</exception>
    internal void Run()
    {
        Directory.CreateDirectory(folder);
        using var stop = new StopSignal();
        string crawl = Path.Combine(folder, "crawl"), run = Path.Combine(folder, "run"), clip = Part("clip");
        Stage("world", ["world", "--out", crawl, "--pages", "40", "--size", "32", "--noise", "0.2", "--pose", "0"]);
        Train("clip", Clip, 0.2);
        Train("dino", Dino, 0.15);
        Train("base", Base, 0.3);
        // A CLIP of minutes hardly tells pages apart: the band and the copies by cosine are left open.
        Stage("mine", ["mine", crawl, "--out", run, "--clip", clip, "--low", "-1", "--high", "1.01", "--near-cosine", "2", "--truth", Path.Combine(crawl, "truth.jsonl"), "--device", device]);
        Stage("prompts", ["prompts", run, "--each", "1"]);
        Stage("experts", ["experts", run, "--base", Part("base"), "--most", experts.ToString(CultureInfo.InvariantCulture), .. expert, "--device", device]);
        Stage("filter", ["filter", run, "--clip", clip, "--threshold", "-0.1", "--device", device]);
        Train("apprentice", Apprentice.Replace("BASE", Path.GetFullPath(Part("base")).Replace("\\", "/", StringComparison.Ordinal), StringComparison.Ordinal), 0.35, run);

        void Train(string name, string json, double share, params string[] data)
        {
            string config = Path.Combine(folder, $"{name}.json"), to = Path.Combine(folder, name);
            AtomicFile.Write(config, stream => stream.Write(Encoding.UTF8.GetBytes(json + "\n")));
            string[] begun = File.Exists(Path.Combine(to, "run.json")) ? ["--resume"] : [];
            Stage(name, ["train", name, .. data, "--config", config, "--out", to, .. begun, "--minutes", (minutes * share).ToString("0.##", CultureInfo.InvariantCulture), "--device", device]);
        }

        void Stage(string name, string[] arguments)
        {
            stop.Token.ThrowIfCancellationRequested();
            string mark = Path.Combine(folder, $"{name}.done");
            if (File.Exists(mark))
                return;
            Console.Out.WriteLine($"$ suti {string.Join(' ', arguments)}");
            int code = root.Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false });
            if (code != ExitCode.Done)
                throw new SutiException("quickstart", $"the stage {name} failed", "exit code 0", code.ToString(CultureInfo.InvariantCulture));
            stop.Token.ThrowIfCancellationRequested();
            AtomicFile.Write(mark, _ => { });
        }
    }
}
