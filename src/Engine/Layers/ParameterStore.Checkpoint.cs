using System.Diagnostics;
using SuTI.Engine.IO;

namespace SuTI.Engine.Layers;

public sealed partial class ParameterStore
{
    const int Part = 1 << 20;

    /// <summary>
    /// Reads values from a weight file, an index of shards, or a folder that holds either (<see cref="WeightFiles"/>).
    /// f16, bf16, f32 and f64 are converted to the store's type piece by piece.
    /// </summary>
    /// <exception cref="CheckpointMismatchException">
    /// Paths missing, unused or unfit, all named; nothing is changed then.
    /// </exception>
    /// <exception cref="CheckpointException">The file cannot be read.</exception>
    public LoadReport Load(string file, CheckpointLoadOptions? options = null)
    {
        using var source = WeightFiles.Open(file, new() { VerifyDigests = options?.VerifyDigests ?? false });
        return Load(source, options);
    }

    /// <inheritdoc cref="Load(string, CheckpointLoadOptions?)"/>
    public LoadReport Load(IWeightSource source, CheckpointLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new();
        var matched = Match(source, options);
        // All digests before the first value: a damaged file changes nothing.
        if (options.VerifyDigests || source.ChecksDigests)
            source.VerifyDigests();
        long start = Stopwatch.GetTimestamp();
        new WeightLoader(source, Device).Load(matched);
        return new(source.Path, matched.Count, matched.Sum(load => load.Entry.ByteCount),
            Stopwatch.GetElapsedTime(start).TotalSeconds)
        { Notes = source.Notes };
    }

    /// <summary>
    /// Writes all values, or those of a scope, to one safetensors file that replaces the old one whole or not at all.
    /// </summary>
    /// <exception cref="CheckpointException">
    /// The file system refused a step; the file that was there is unchanged.
    /// </exception>
    public void Save(string file, CheckpointSaveOptions? options = null)
    {
        options ??= new();
        SafetensorsWriter.Write(file, Stored(options),
            new() { Metadata = options.Metadata, RecordDigests = options.RecordDigests });
    }

    /// <summary>
    /// The values, or those of a scope, to be written by <see cref="SafetensorsWriter"/>; each is read when it is asked
    /// for.
    /// </summary>
    /// <exception cref="DTypeException">A file's type that is not floating-point.</exception>
    public IReadOnlyList<SafetensorsTensor> Stored(CheckpointSaveOptions? options = null)
    {
        options ??= new();
        string prefix = Prefix(options.Under);
        var dtype = options.DType ?? DType;
        if (!dtype.IsFloatingPoint())
            throw new DTypeException("save", "parameters are floating-point numbers", "f32, f64, f16 or bf16",
                dtype.Label());
        return [.. _parameters
            .Where(parameter => parameter.Path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(parameter => new SafetensorsTensor(parameter.Path[prefix.Length..], CheckpointTypes.InFile(dtype),
                [.. parameter.CheckpointShape.Select(length => (long)length)],
                stream => Write(parameter, dtype, stream)))];
    }

    static string Prefix(string under) => under.Length == 0 || under[^1] == '.' ? under : under + ".";

    List<(Parameter Parameter, WeightEntry Entry)> Match(IWeightSource source, CheckpointLoadOptions options)
    {
        string prefix = Prefix(options.Under);
        var matched = new List<(Parameter, WeightEntry)>();
        var taken = new HashSet<Parameter>();
        List<string> unused = [], repeated = [], wrongShape = [], wrongType = [];
        foreach (var entry in source.Entries)
        {
            string? name = options.Rename is null ? entry.Name : options.Rename(entry.Name);
            if (name is null)
                continue;
            if (!_byPath.TryGetValue(prefix + name, out var parameter))
            {
                unused.Add(entry.Name);
                continue;
            }
            if (!taken.Add(parameter))
                repeated.Add(parameter.Path);
            else if (!entry.Shape.AsSpan().SequenceEqual([.. parameter.CheckpointShape.Select(length => (long)length)]))
                wrongShape.Add($"{parameter.Path} (expected {parameter.CheckpointShape}, "
                    + $"found {entry.ShapeText}{Origin(entry)})");
            else if (CheckpointTypes.OfFile(entry.Type) is null)
                wrongType.Add($"{parameter.Path} ({entry.Type}{Origin(entry)})");
            else
                matched.Add((parameter, entry));

            string Origin(WeightEntry stored)
            {
                string file = source.FileWith(stored.Name);
                string text = stored.Name == parameter.Path ? "" : $" as {stored.Name}";
                return file == source.Path ? text : $"{text} in {file}";
            }
        }
        List<string> missing = options.AllowMissing ? [] : [.. _parameters
            .Where(p => p.Path.StartsWith(prefix, StringComparison.Ordinal) && !taken.Contains(p)).Select(p => p.Path)];
        if (options.AllowUnused)
            unused.Clear();
        if (missing.Count + unused.Count + repeated.Count + wrongShape.Count + wrongType.Count > 0)
            throw new CheckpointMismatchException(Path.GetFullPath(source.Path), missing, unused, repeated, wrongShape,
                wrongType);
        return matched;
    }

    static void Write(Parameter parameter, DType dtype, Stream stream)
    {
        using var scope = TensorScope.Open("save");
        using var noGradient = GradientMode.Disable();
        var stored = parameter.Value.Permute(parameter.Layout.FileAxes(parameter.Shape.Rank)).Cast(dtype)
            .ContiguousValues();
        long bytes = stored.Shape.Length * dtype.Size();
        byte[] part = new byte[Math.Min(Part, bytes)];
        for (long offset = 0; offset < bytes; offset += Part)
        {
            var piece = part.AsSpan(0, (int)Math.Min(Part, bytes - offset));
            stored.Device.Download(stored.Storage, (stored.Offset * dtype.Size()) + offset, piece);
            stream.Write(piece);
        }
    }
}
