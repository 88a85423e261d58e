using System.Text;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Mining;
using SuTI.Model.Training;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>
/// What an evaluation has measured so far: settings.json, results.jsonl (a line for each subject and route, whole when it is
/// there) and the pictures. It goes on from there with the same settings and is refused with others.
/// </summary>
public sealed class EvaluationFolder : IDisposable
{
    const string SettingsFile = "settings.json", ResultsFile = "results.jsonl", PicturesFolder = "pictures";
    const int LongestLine = 16 << 20;

    readonly FileStream _lines;
    readonly List<RouteResult> _results;

    EvaluationFolder(string path, FileStream lines, List<RouteResult> results) => (Path, _lines, _results) = (path, lines, results);

    public string Path { get; }

    /// <summary>In the order in which they were measured.</summary>
    public IReadOnlyList<RouteResult> Results => _results;

    /// <exception cref="SutiException">It holds an evaluation with other settings, or cannot be written.</exception>
    public static EvaluationFolder Open(string path, TestSet set, PictureJudge judge)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(judge);
        string file = System.IO.Path.Combine(path, SettingsFile), settings = Describe(set, judge);
        try
        {
            Directory.CreateDirectory(path);
            if (File.Exists(file) && File.ReadAllText(file) != settings)
                throw new SutiException(CheckpointException.Printable(path, 1000), "holds an evaluation with other settings, subjects or judges",
                    "those of its settings.json, or another folder", "others");
            AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(settings)));
            string lines = System.IO.Path.Combine(path, ResultsFile);
            var stream = new FileStream(lines, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            try
            {
                return new(path, stream, Read(stream, lines));
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(path, 1000), "an evaluation cannot be written there", "a folder that may be written", failure.Message, failure);
        }
    }

    /// <summary>Whether a subject's pictures of a route are measured.</summary>
    /// <exception cref="SutiException">A route of this name was made by something else.</exception>
    public bool Has(TestSubject subject, IDrawingRoute route)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(route);
        if (_results.Find(result => result.Route == route.Name && result.MadeBy != route.MadeBy) is { } other)
            throw new SutiException(CheckpointException.Printable(Path, 1000), $"the route {route.Name} was made by something else", other.MadeBy, route.MadeBy);
        return _results.Exists(result => result.Route == route.Name && result.Subject == subject.Number);
    }

    /// <summary>Writes pictures, then the line that says they are there.</summary>
    public void Add(RouteResult result, IReadOnlyList<Image> images, int columns)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(images);
        string file = PicturePath(result.Subject, result.Route);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        ImageFile.WritePng(file, ImageGrid.Compose(images, columns));
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
            result.Write(json);
        line.WriteByte((byte)'\n');
        try
        {
            _lines.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
            _lines.Flush(flushToDisk: true);
        }
        catch (IOException failure)
        {
            throw new SutiException(CheckpointException.Printable(Path, 1000), "results cannot be written", "a disk with room", failure.Message, failure);
        }
        _results.Add(result);
    }

    /// <summary>A route's pictures of a subject: a row for each prompt.</summary>
    public string PicturePath(int subject, string route)
    {
        PlainName.Check("route", route);
        return System.IO.Path.Combine(Path, PicturesFolder, FormattableString.Invariant($"{subject:0000}"), $"{route}.png");
    }

    public void Dispose() => _lines.Dispose();

    static List<RouteResult> Read(FileStream stream, string file)
    {
        // A line that was being written when the program was killed is measured again.
        stream.SetLength(WholeLines(stream));
        stream.Position = 0;
        var results = new List<RouteResult>();
        foreach (var line in BoundedLines.Read(stream, LongestLine))
            results.Add(line is { } bytes ? RouteResult.Read(bytes, file)
                : throw new SutiException(CheckpointException.Printable(file, 1000), "holds lines of results", FormattableString.Invariant($"at most {LongestLine} bytes"), "more"));
        stream.Position = stream.Length;
        return results;
    }

    static long WholeLines(FileStream stream)
    {
        long end = 0, at = 0;
        byte[] buffer = new byte[1 << 16];
        for (int read = stream.Read(buffer); read > 0; at += read, read = stream.Read(buffer))
        {
            int last = buffer.AsSpan(0, read).LastIndexOf((byte)'\n');
            if (last >= 0)
                end = at + last + 1;
        }
        return end;
    }

    static string Describe(TestSet set, PictureJudge judge)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new() { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            set.Settings.Write(json);
            json.WriteString("set_sha256", set.Digest);
            json.WriteString("clip_sha256", judge.ClipDigest);
            json.WriteString("dino_sha256", judge.DinoDigest);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }
}
