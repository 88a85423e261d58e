using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SuTI.Engine;

namespace SuTI.Model.Training;

/// <summary>
/// Metrics as JSON lines: <c>{"step":12,"loss":0.41,…}</c>, steps ascending. What is not finite is written as a text,
/// since JSON has no number for it.
/// </summary>
public sealed class MetricsFile : IDisposable
{
    /// <summary>The key of every line: steps made when it was written.</summary>
    public const string StepKey = "step";

    const int LongestLine = 1 << 20;

    // A key may be a prompt; lines are no web page.
    static readonly JsonWriterOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly string _path;
    readonly FileStream _file;
    readonly ArrayBufferWriter<byte> _line = new();

    MetricsFile(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>Opens a file to go on after a step: lines of later steps, and one that was cut off, are removed.</summary>
    /// <exception cref="CheckpointException">The file system refused it.</exception>
    public static MetricsFile Open(string path, int lastStep)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Guarded(path, () =>
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
            try
            {
                long end = 0;
                foreach (var line in Lines(file))
                {
                    if (line.Step > lastStep)
                        break;
                    end = line.End;
                }
                file.SetLength(end);
                file.Position = end;
                return new MetricsFile(path, file);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        });
    }

    /// <summary>The lines of a file up to the first that is cut off or no line of metrics.</summary>
    public static IEnumerable<MetricsLine> Read(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        foreach (var line in Lines(file))
            yield return line;
    }

    /// <summary>Adds a line, which is the system's when this returns: killing the process does not take it back.</summary>
    /// <exception cref="CheckpointException">The file system refused it.</exception>
    public void Append(int step, IEnumerable<KeyValuePair<string, double>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, s_line))
        {
            json.WriteStartObject();
            json.WriteNumber(StepKey, step);
            foreach (var (name, value) in metrics)
            {
                if (double.IsFinite(value))
                    json.WriteNumber(name, value);
                else
                    json.WriteString(name, FormattableString.Invariant($"{value}"));
            }
            json.WriteEndObject();
        }
        _line.Write("\n"u8);
        Guarded(_path, () =>
        {
            _file.Write(_line.WrittenSpan);
            _file.Flush();
            return 0;
        });
    }

    public void Dispose() => _file.Dispose();

    static IEnumerable<MetricsLine> Lines(FileStream file)
    {
        byte[] buffer = new byte[1 << 16];
        var line = new ArrayBufferWriter<byte>();
        long position = 0;
        while (true)
        {
            int count = file.Read(buffer);
            if (count == 0)
                yield break;
            int start = 0;
            while (Array.IndexOf(buffer, (byte)'\n', start, count - start) is >= 0 and int at)
            {
                line.Write(buffer.AsSpan(start, at - start));
                start = at + 1;
                if (Parse(line.WrittenMemory, position + start) is not { } parsed)
                    yield break;
                line.ResetWrittenCount();
                yield return parsed;
            }
            line.Write(buffer.AsSpan(start, count - start));
            if (line.WrittenCount > LongestLine)
                yield break;
            position += count;
        }
    }

    static MetricsLine? Parse(ReadOnlyMemory<byte> utf8, long end)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8);
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty(StepKey, out var step) || !step.TryGetInt32(out int number))
                return null;
            var values = new List<KeyValuePair<string, double>>();
            foreach (var member in json.RootElement.EnumerateObject().Where(member => member.Name != StepKey))
                values.Add(new(member.Name, member.Value.ValueKind == JsonValueKind.Number ? member.Value.GetDouble() : double.NaN));
            return new(number, values, end);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    static T Guarded<T>(string path, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, "metrics must be writable", found: failure.Message.TrimEnd('.'), inner: failure);
        }
    }
}
