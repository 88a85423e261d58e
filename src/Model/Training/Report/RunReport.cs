using System.Globalization;
using System.Text;
using SuTI.Engine.IO;

namespace SuTI.Model.Training;

/// <summary>
/// The report of a run: one HTML file that needs nothing beside it, with curves, sample grids, configuration,
/// environment, throughput and peak memory.
/// </summary>
static class RunReport
{
    const int MostSeries = 64, GridsOfAName = 6;
    const long MostPictureBytes = 48 << 20;

    // These are facts of the whole run, not curves.
    static readonly HashSet<string> s_noCurve = new(StringComparer.Ordinal) { "seconds", "peak_bytes", "skipped" };

    internal static void Write(RunFolder folder, ITrainingStage stage, TrainingConfig config, RunStatus status)
    {
        var series = Gather(folder.MetricsFile, status.Step);
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1>{Html.Text(stage.Name)}</h1>\n<p>{Html.Text(status.Text)}</p>\n");
        body.Append(Html.Facts(Facts(stage, config, status, series)));
        body.Append(Html.Section("Curves", Curves(series)));
        string samples = Samples(folder.SamplesFolder);
        if (samples.Length > 0)
            body.Append(Html.Section("Samples", samples));
        body.Append(Html.Section("Configuration", Html.Table(
            folder.Config.Keys.Select(key => (key.Path, key.Value, key.Value != key.Default)))));
        body.Append(Html.Section("Environment", Html.Table(
            RunEnvironment.Describe(stage.Parameters.Device).Select(fact => (fact.Key, fact.Value, false)))));
        byte[] page = Encoding.UTF8.GetBytes(Html.Page($"{stage.Name}, step {status.Step}", body.ToString()));
        AtomicFile.Write(folder.ReportFile, stream => stream.Write(page));
    }

    static List<Series> Gather(string file, int lastStep)
    {
        var byName = new Dictionary<string, Series>(StringComparer.Ordinal);
        var inOrder = new List<Series>();
        foreach (var line in MetricsFile.Read(file))
        {
            foreach (var (name, value) in line.Values)
            {
                if (!byName.TryGetValue(name, out var series))
                {
                    if (inOrder.Count == MostSeries)
                        continue;
                    byName.Add(name, series = new(name, lastStep));
                    inOrder.Add(series);
                }
                series.Add(line.Step, value);
            }
        }
        return inOrder;
    }

    static IEnumerable<KeyValuePair<string, string>> Facts(ITrainingStage stage, TrainingConfig config, RunStatus status, List<Series> series)
    {
        double Latest(string name) => series.Find(one => one.Name == name)?.Latest ?? double.NaN;
        double loss = Latest(TrainingConfig.Loss);
        double rate = series.Find(one => one.Name == "images_per_second")?.Mean ?? double.NaN;
        yield return new("steps", FormattableString.Invariant($"{status.Step} of {config.Steps}"));
        yield return new("latest loss", Number(loss));
        if (status.Best is { } best)
            yield return new($"best {best.Metric}, step {best.Step}", Number(best.Value));
        yield return new("images a second", Number(rate));
        yield return new("time", Time(status.Seconds));
        yield return new($"peak memory, {stage.Parameters.Device.Name}", Bytes(stage.Parameters.Device.Memory.PeakBytes));
        yield return new("peak memory, process", Bytes(RunEnvironment.PeakProcessBytes));
        yield return new("weights", Axis.Label(stage.Parameters.Count));
        yield return new("steps left out", FormattableString.Invariant($"{status.Skipped}"));
    }

    static string Curves(List<Series> series)
    {
        var html = new StringBuilder("<div class=\"grid-of\">");
        foreach (var one in series.Where(one => !s_noCurve.Contains(one.Name)))
        {
            string chart = Chart.Draw(one);
            if (chart.Length > 0)
                html.Append(CultureInfo.InvariantCulture, $"<div class=\"card\"><h3>{Html.Text(one.Name)}</h3>{chart}</div>\n");
        }
        return html.Append("</div>").ToString();
    }

    static string Samples(string folder)
    {
        var html = new StringBuilder();
        long left = MostPictureBytes;
        foreach (var grids in new SampleFiles(folder).All().GroupBy(sample => sample.Name))
        {
            var all = grids.ToList();
            // The first, the latest, and evenly between them.
            int count = Math.Min(GridsOfAName, all.Count);
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"card\"><h3>{Html.Text(grids.Key)}</h3><div class=\"strip\">");
            for (int i = 0; i < count; i++)
            {
                var (step, name, file) = all[count == 1 ? 0 : (int)((long)i * (all.Count - 1) / (count - 1))];
                long bytes = new FileInfo(file).Length;
                string text = FormattableString.Invariant($"step {step}");
                if (bytes > left)
                {
                    html.Append($"<figure><figcaption>{text}: {Html.Text(Path.GetFileName(file))} is too large to be shown here</figcaption></figure>");
                    continue;
                }
                left -= bytes;
                html.Append($"<figure><img alt=\"{Html.Text(name)}, {text}\" src=\"data:image/png;base64,"
                    + $"{Convert.ToBase64String(File.ReadAllBytes(file))}\"/><figcaption>{text}</figcaption></figure>");
            }
            html.Append("</div></div>\n");
        }
        return html.ToString();
    }

    static string Number(double value) => double.IsFinite(value) ? Axis.Label(value) : "none";

    static string Time(double seconds) => seconds < 60 ? FormattableString.Invariant($"{seconds:0.#} s")
        : seconds < 3600 ? FormattableString.Invariant($"{(int)seconds / 60} min {(int)seconds % 60} s")
        : FormattableString.Invariant($"{(int)(seconds / 3600)} h {(int)seconds / 60 % 60} min");

    static string Bytes(long bytes) => bytes < 1 << 30 ? FormattableString.Invariant($"{bytes / 1048576.0:0.0} MiB")
        : FormattableString.Invariant($"{bytes / 1073741824.0:0.00} GiB");
}

/// <summary>Where a run stands when its report is written.</summary>
/// <param name="Text">Why it stopped, or that it goes on.</param>
sealed record RunStatus(string Text, int Step, int Skipped, double Seconds, BestCheckpoint? Best);
