using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace SuTI.Engine;

/// <summary>The JSON that chrome://tracing defined and Perfetto reads: complete spans, flows from a launch to its kernel, counters.</summary>
static class TraceWriter
{
    const int HostProcess = 1, DeviceProcess = 2;

    static readonly string[] s_categories = ["parameters", "gradients", "optimizer state", "activations", "workspace"];

    internal static void Write(Profile profile, string file)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        Name(json, "process_name", HostProcess, 0, "host");
        foreach (int thread in profile.Spans.Select(span => span.Thread).Distinct())
            Name(json, "thread_name", HostProcess, thread, string.Create(CultureInfo.InvariantCulture, $"thread {thread}"));
        Name(json, "process_name", DeviceProcess, 0, "device");
        var lanes = new Dictionary<nint, int>();
        foreach (nint lane in profile.Launches.Select(launch => launch.Stream).Distinct())
        {
            lanes.Add(lane, lanes.Count + 1);
            Name(json, "thread_name", DeviceProcess, lanes[lane], string.Create(CultureInfo.InvariantCulture, $"stream {lanes[lane]}"));
        }
        foreach (var span in profile.Spans)
        {
            Begin(json, "X", span.Name, HostProcess, span.Thread, Microseconds(profile, span.Begin));
            json.WriteNumber("dur", Stopwatch.GetElapsedTime(span.Begin, span.End).TotalMicroseconds);
            json.WriteEndObject();
        }
        int id = 0;
        foreach (var launch in profile.Launches)
            Launch(json, profile, launch, lanes[launch.Stream], id++);
        foreach (var (device, samples) in profile.Memory.Samples)
            Memory(json, device, samples);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Launch(Utf8JsonWriter json, Profile profile, LaunchRecord launch, int lane, int id)
    {
        Begin(json, "X", launch.Name, DeviceProcess, lane, launch.Start * 1000);
        json.WriteNumber("dur", launch.Milliseconds * 1000);
        json.WriteStartObject("args");
        json.WriteString("op", launch.Op ?? launch.Scope);
        json.WriteBoolean("backward", launch.IsBackward);
        if (launch.Kernel is { } kernel)
        {
            json.WriteString("grid", string.Create(CultureInfo.InvariantCulture, $"{launch.Grid.X} x {launch.Grid.Y} x {launch.Grid.Z}"));
            json.WriteNumber("threads", launch.Threads);
            json.WriteNumber("shared_bytes", launch.Shared + kernel.StaticShared);
            json.WriteNumber("registers", kernel.Registers);
            json.WriteNumber("spill_bytes", kernel.SpillBytes);
        }
        json.WriteEndObject();
        json.WriteEndObject();
        // From where it was asked for to where it ran.
        Begin(json, "s", "launch", HostProcess, launch.Thread, Microseconds(profile, launch.Asked));
        json.WriteNumber("id", id);
        json.WriteEndObject();
        Begin(json, "f", "launch", DeviceProcess, lane, launch.Start * 1000);
        json.WriteNumber("id", id);
        json.WriteString("bp", "e");
        json.WriteEndObject();
    }

    static void Memory(Utf8JsonWriter json, string device, IReadOnlyList<(double Milliseconds, long[] Bytes)> samples)
    {
        foreach (var (milliseconds, bytes) in samples)
        {
            Begin(json, "C", $"memory of {device}", HostProcess, 0, milliseconds * 1000);
            json.WriteStartObject("args");
            for (int i = 0; i < bytes.Length; i++)
                json.WriteNumber(s_categories[i], bytes[i]);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    static void Name(Utf8JsonWriter json, string what, int process, int thread, string name)
    {
        Begin(json, "M", what, process, thread, 0);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Leaves the object open for more.
    static void Begin(Utf8JsonWriter json, string phase, string name, int process, int thread, double microseconds)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteString("name", name);
        json.WriteString("cat", process == HostProcess ? "host" : "device");
        json.WriteNumber("pid", process);
        json.WriteNumber("tid", thread);
        json.WriteNumber("ts", Math.Round(microseconds, 3));
    }

    static double Microseconds(Profile profile, long ticks) => Stopwatch.GetElapsedTime(profile.Origin, ticks).TotalMicroseconds;
}
