using System.Text;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Folders;

namespace SuTI.Model.Training;

/// <summary>
/// The folder of one run: <c>run.json</c>, <c>config.json</c>, <c>metrics.jsonl</c>, event files, <c>samples</c>,
/// <c>checkpoints</c> and <c>report.html</c>. Held by one process at a time.
/// </summary>
public sealed class RunFolder : IDisposable
{
    const string RunFile = "run.json", LockFile = "run.lock";
    internal const string ConfigFile = "config.json";

    readonly FileStream _lock;

    RunFolder(string root, FileStream held, StageConfig config)
    {
        Root = root;
        _lock = held;
        Config = config;
        Checkpoints = new(Path.Combine(root, "checkpoints"));
    }

    public string Root { get; }

    /// <summary>The configuration of the run.</summary>
    public StageConfig Config { get; }

    public string MetricsFile => Path.Combine(Root, "metrics.jsonl");

    public string EventsFile => Path.Combine(Root, "events.out.tfevents.suti");

    public string ReportFile => Path.Combine(Root, "report.html");

    public string SamplesFolder => Path.Combine(Root, "samples");

    internal Checkpoints Checkpoints { get; }

    /// <summary>Makes a run's folder, or opens one to go on.</summary>
    /// <param name="stage">Its name: a folder belongs to one stage.</param>
    /// <param name="config">Read to its end; written as the resolved configuration.</param>
    /// <exception cref="CheckpointException">
    /// Another process has the run, the folder holds something else, or the file system refused a step.
    /// </exception>
    /// <exception cref="SutiException">
    /// The run has another stage or format, or its configuration differs in a key that changes what is learnt.
    /// </exception>
    public static RunFolder Open(string path, string stage, StageConfig config)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(stage);
        ArgumentNullException.ThrowIfNull(config);
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var held = Hold(root);
        try
        {
            AtomicFolder.Sweep(root);
            string run = Path.Combine(root, RunFile);
            if (File.Exists(run))
                CheckSame(run, stage, config);
            else if (Directory.EnumerateFileSystemEntries(root).Any(entry => Path.GetFileName(entry) is not (LockFile or ConfigFile)))
                throw new CheckpointException(root, "a run begins in an empty or new folder", found: "other content");
            // run.json comes last: with it, the configuration is there.
            AtomicFile.Write(Path.Combine(root, ConfigFile), stream => stream.Write(Encoding.UTF8.GetBytes(config.ToJson())));
            if (!File.Exists(run))
                AtomicFile.Write(run, stream => WriteRun(stream, stage));
            var folder = new RunFolder(root, held, config);
            folder.Checkpoints.Sweep();
            return folder;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Lets another process have the run.</summary>
    public void Dispose() => _lock.Dispose();

    // The system releases the lock of a process that is killed.
    static FileStream Hold(string root)
    {
        string file = Path.Combine(root, LockFile);
        try
        {
            Directory.CreateDirectory(root);
            return new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (File.Exists(file))
        {
            throw new CheckpointException(root, "one process at a time works on a run", "a free run",
                $"{LockFile} held by another process", inner: failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(root, "the folder of a run must be writable", found: failure.Message.TrimEnd('.'),
                inner: failure);
        }
    }

    static void CheckSame(string run, string stage, StageConfig config)
    {
        var json = JsonConfig.Open(run);
        RunState.CheckFormat(json);
        string found = json.Text("stage");
        if (found != stage)
            throw new SutiException(CheckpointException.Printable(run, 1000), "the folder holds a run of another stage", stage,
                CheckpointException.Printable(found));
        json.Ignore("program");
        json.Finish();
        var differences = ConfigDifference.Between(Path.Combine(Path.GetDirectoryName(run)!, ConfigFile), config);
        if (differences.Count > 0)
            throw new SutiException(CheckpointException.Printable(run, 1000),
                "a run goes on with the configuration that it began with", null, string.Join("; ", differences));
    }

    static void WriteRun(Stream stream, string stage)
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteNumber("format"u8, RunState.Format);
        json.WriteString("stage"u8, stage);
        json.WriteString("program"u8, RunEnvironment.ProgramVersion);
        json.WriteEndObject();
    }
}
