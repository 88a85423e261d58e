using System.Globalization;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Engine.Optimization;
using SuTI.Model.Folders;

namespace SuTI.Model.Training;

/// <summary>What a checkpoint says besides its tensors: the file <c>state.json</c>.</summary>
/// <param name="Step">Steps made, and so the position in the data.</param>
/// <param name="Seed">With the step, the state of all random streams.</param>
/// <param name="Seconds">That the run has taken, over all its invocations.</param>
/// <param name="Skipped">Steps left out so far.</param>
/// <param name="SkippedInARow">Of these, the ones since the latest step that was made.</param>
/// <param name="LossScale">Null without loss scaling.</param>
/// <param name="Best">The checkpoint with the least value so far.</param>
sealed record RunState(int Step, ulong Seed, double Seconds, int Skipped, int SkippedInARow, LossScaleState? LossScale,
    BestCheckpoint? Best)
{
    internal const string FileName = "state.json";

    // Of the whole layout of a run's folder: read by this version alone.
    internal const int Format = 1;

    internal void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteNumber("format"u8, Format);
        json.WriteNumber("step"u8, Step);
        json.WriteString("seed"u8, Seed.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("seconds"u8, Seconds);
        json.WriteNumber("skipped"u8, Skipped);
        json.WriteNumber("skipped_in_a_row"u8, SkippedInARow);
        if (LossScale is { } scale)
        {
            json.WriteStartObject("loss_scale"u8);
            json.WriteNumber("scale"u8, scale.Scale);
            json.WriteNumber("steps_since_change"u8, scale.StepsSinceChange);
            json.WriteNumber("skipped_steps"u8, scale.SkippedSteps);
            json.WriteEndObject();
        }
        if (Best is { } best)
        {
            json.WriteStartObject("best"u8);
            json.WriteNumber("step"u8, best.Step);
            json.WriteString("metric"u8, best.Metric);
            json.WriteNumber("value"u8, best.Value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    /// <exception cref="SutiException">No such file, no state, or of another version of the format.</exception>
    internal static RunState Read(string folder)
    {
        var json = JsonConfig.Open(Path.Combine(folder, FileName));
        CheckFormat(json);
        var scale = json.Section("loss_scale");
        var best = json.Section("best");
        string text = json.Text("seed");
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            throw json.Unsupported("seed", "a whole number of 64 bits", CheckpointException.Printable(text));
        var state = new RunState(json.Count("step"), seed, json.Number("seconds", 0),
            json.Count("skipped"), json.Count("skipped_in_a_row"),
            scale is null ? null : new(scale.Number("scale", 0), scale.Count("steps_since_change"), scale.Count("skipped_steps")),
            best is null ? null : new(best.Count("step"), best.Text("metric"), best.Number("value", 0)));
        scale?.Finish();
        best?.Finish();
        json.Finish();
        return state;
    }

    internal static void CheckFormat(JsonConfig json)
    {
        int format = json.Count("format");
        if (format != Format)
            throw json.Unsupported("format", $"{Format}, which this version of the program reads and writes", $"{format}");
    }
}

/// <summary>The checkpoint with the least value of the metric that decides.</summary>
/// <param name="Metric">Its name: a value of another metric says nothing.</param>
sealed record BestCheckpoint(int Step, string Metric, double Value);
