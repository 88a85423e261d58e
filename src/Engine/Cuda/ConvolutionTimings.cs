using System.Text;
using System.Text.Json;

namespace SuTI.Engine.Cuda;

/// <summary>
/// Which plan was fastest for a shape on a device, as lines of JSON in a file beside the kernel cache. Lines that cannot be read, or name
/// a tile that there is not, count for nothing; of several for one shape the last counts.
/// </summary>
sealed class ConvolutionTimings(string path, string device)
{
    const int MaxFileBytes = 64 << 20;

    readonly Lock _lock = new();
    Dictionary<string, ConvPlan>? _plans;

    internal ConvPlan? Find(in ConvProblem problem)
    {
        lock (_lock)
        {
            _plans ??= Read();
            return _plans.TryGetValue(Key(problem), out var plan) && IsKnown(problem, plan) ? plan : null;
        }
    }

    /// <summary>Keeps a choice. A file that cannot be written costs the next start time, no more.</summary>
    internal void Add(in ConvProblem problem, in ConvPlan plan, double microseconds)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("shape", Key(problem));
            json.WriteStartArray("tile");
            foreach (int number in (int[])[plan.Tile.M, plan.Tile.N, plan.Tile.Chunks, plan.Tile.WarpsM, plan.Tile.WarpsN, plan.Tile.Stages])
                json.WriteNumberValue(number);
            json.WriteEndArray();
            json.WriteNumber("parts", plan.Parts);
            json.WriteNumber("microseconds", Math.Round(microseconds, 2));
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        lock (_lock)
        {
            _plans ??= Read();
            _plans[Key(problem)] = plan;
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                // One write in append mode: lines of several processes do not mix.
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                file.Write(line.ToArray());
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                WriteFailure = failure.Message;
            }
        }
    }

    /// <summary>Why the file could not be written; null while it could.</summary>
    internal string? WriteFailure { get; private set; }

    string Key(in ConvProblem problem)
    {
        var z = problem.Sizes;
        return FormattableString.Invariant($"{device}: {problem.Product} {problem.Type.Label()}{(problem.TensorCores ? "" : " exact")}{(problem.IsAligned ? "" : " gathered")}{(problem.IsJoined ? " joined" : "")}{(problem.IsUpsampled ? " upsampled" : "")} x {z.N} {z.H} {z.W} {z.C} w {z.Cout} {z.R} {z.S} stride {z.StrideH} {z.StrideW} y {z.OutH} {z.OutW}");
    }

    static bool IsKnown(in ConvProblem problem, in ConvPlan plan)
        => ConvolutionPlans.Tiles(problem.TensorCores, problem.IsAligned).Contains(plan.Tile) && ConvolutionPlans.Allows(problem, plan.Tile, plan.Parts);

    Dictionary<string, ConvPlan> Read()
    {
        var plans = new Dictionary<string, ConvPlan>(StringComparer.Ordinal);
        string[] lines;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists || info.Length > MaxFileBytes)
                return plans;
            lines = File.ReadAllLines(path, Encoding.UTF8);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return plans;
        }
        foreach (string line in lines)
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                var root = json.RootElement;
                var tile = root.GetProperty("tile");
                int[] n = [.. tile.EnumerateArray().Select(number => number.GetInt32())];
                if (n.Length == 6)
                    plans[root.GetProperty("shape").GetString() ?? ""] = new(new(n[0], n[1], n[2], n[3], n[4], n[5]), root.GetProperty("parts").GetInt32());
            }
            catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                // A line cut off by a crash: the shape is timed anew.
            }
        }
        return plans;
    }
}
