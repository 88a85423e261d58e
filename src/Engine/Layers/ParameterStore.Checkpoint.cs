using SuTI.Engine.IO;

namespace SuTI.Engine.Layers;

public sealed partial class ParameterStore
{
    const int Part = 1 << 20;

    /// <summary>
    /// Reads values from a safetensors file, an index of shards, or a folder that holds either. f16, bf16, f32 and f64
    /// are converted to the store's type, one tensor at a time.
    /// </summary>
    /// <exception cref="CheckpointMismatchException">
    /// Paths missing, unused or unfit, all named; nothing is changed then.
    /// </exception>
    /// <exception cref="CheckpointException">The file cannot be read.</exception>
    public void Load(string file, CheckpointLoadOptions? options = null)
    {
        options ??= new();
        using var checkpoint = SafetensorsCheckpoint.Open(file, options.VerifyDigests);
        Load(checkpoint, options);
    }

    /// <inheritdoc cref="Load(string, CheckpointLoadOptions?)"/>
    public void Load(SafetensorsCheckpoint checkpoint, CheckpointLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        foreach (var (parameter, entry) in Match(checkpoint, options ?? new()))
        {
            using var scope = TensorScope.Open("load");
            using var noGradient = GradientMode.Disable();
            var stored = Read(checkpoint, entry);
            parameter.Set(stored.Cast(DType).Permute(parameter.Layout.EngineAxes(parameter.Shape.Rank)));
        }
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
        string prefix = Prefix(options.Under);
        var dtype = options.DType ?? DType;
        if (!dtype.IsFloatingPoint())
            throw new DTypeException("save", "parameters are floating-point numbers", "f32, f64, f16 or bf16",
                dtype.Label());
        var tensors = _parameters
            .Where(parameter => parameter.Path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(parameter => new SafetensorsTensor(parameter.Path[prefix.Length..], FileType(dtype),
                [.. parameter.CheckpointShape.Select(length => (long)length)],
                stream => Write(parameter, dtype, stream)));
        SafetensorsWriter.Write(file, tensors,
            new() { Metadata = options.Metadata, RecordDigests = options.RecordDigests });
    }

    static string Prefix(string under) => under.Length == 0 || under[^1] == '.' ? under : under + ".";

    List<(Parameter Parameter, SafetensorsEntry Entry)> Match(SafetensorsCheckpoint checkpoint,
        CheckpointLoadOptions options)
    {
        string prefix = Prefix(options.Under);
        var matched = new List<(Parameter, SafetensorsEntry)>();
        var taken = new HashSet<Parameter>();
        List<string> unused = [], repeated = [], wrongShape = [], wrongType = [];
        foreach (var entry in checkpoint.Entries)
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
                wrongShape.Add($"{parameter.Path} (expected {parameter.CheckpointShape}, found {entry.ShapeText})");
            else if (EngineType(entry.Type) is null)
                wrongType.Add($"{parameter.Path} ({entry.Type})");
            else
                matched.Add((parameter, entry));
        }
        List<string> missing = options.AllowMissing ? [] : [.. _parameters
            .Where(p => p.Path.StartsWith(prefix, StringComparison.Ordinal) && !taken.Contains(p)).Select(p => p.Path)];
        if (options.AllowUnused)
            unused.Clear();
        if (missing.Count + unused.Count + repeated.Count + wrongShape.Count + wrongType.Count > 0)
            throw new CheckpointMismatchException(checkpoint.Path, missing, unused, repeated, wrongShape, wrongType);
        return matched;
    }

    // In the file's type and layout, on the store's device.
    Tensor Read(SafetensorsCheckpoint checkpoint, SafetensorsEntry entry)
    {
        var host = Tensor.Empty(Shape.Create([.. entry.Shape.Select(length => (int)length)]),
            EngineType(entry.Type)!.Value, Device.Cpu);
        if (entry.ByteCount <= Array.MaxLength)
        {
            // One read, because only whole tensors are held against their digests.
            checkpoint.ReadInto(entry.Name, host.Bytes(0, (int)entry.ByteCount));
        }
        else
        {
            for (long offset = 0; offset < entry.ByteCount; offset += Part)
                checkpoint.ReadInto(entry.Name, offset,
                    host.Bytes(offset, (int)Math.Min(Part, entry.ByteCount - offset)));
        }
        if (Device == Device.Cpu)
            return host;
        var tensor = Tensor.Empty(host.Shape, host.DType, Device);
        for (long offset = 0; offset < entry.ByteCount; offset += Part)
            Device.Upload(host.Bytes(offset, (int)Math.Min(Part, entry.ByteCount - offset)), tensor.Storage, offset);
        return tensor;
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

    static DType? EngineType(SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => DType.Float32,
        SafetensorsType.F64 => DType.Float64,
        SafetensorsType.F16 => DType.Float16,
        SafetensorsType.BF16 => DType.BFloat16,
        _ => null,
    };

    static SafetensorsType FileType(DType type) => type switch
    {
        DType.Float64 => SafetensorsType.F64,
        DType.Float16 => SafetensorsType.F16,
        DType.BFloat16 => SafetensorsType.BF16,
        _ => SafetensorsType.F32,
    };
}
