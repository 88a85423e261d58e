using System.Globalization;
using System.Text.Json;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders;

/// <summary>One part to be saved.</summary>
/// <param name="Name">Of its folder, as in <c>unet</c>.</param>
/// <param name="Library">Of its class: diffusers or transformers.</param>
/// <param name="ClassName">As in <c>UNet2DConditionModel</c>.</param>
public sealed record SavedPart(string Name, string Library, string ClassName)
{
    /// <summary>The configuration; the class's name is put into it. Null for a part whose files are copied.</summary>
    public JsonConfig? Config { get; init; }

    /// <summary>Under which name the configuration is kept: a schedule's is scheduler_config.json.</summary>
    public string ConfigFile { get; init; } = "config.json";

    /// <summary>The type that the configuration is to name as that of the weights; null to leave it as it is.</summary>
    public DType? WeightType { get; init; }

    /// <summary>The weights: <c>store.Stored(…)</c>, <c>WeightCopy.Tensors(…)</c>.</summary>
    public IReadOnlyList<SafetensorsTensor>? Weights { get; init; }

    /// <summary>A folder whose files are taken over as they are: a tokenizer's.</summary>
    public string? CopyOf { get; init; }
}

/// <summary>Writes models in the folder layout of diffusers and transformers, as a whole or not at all.</summary>
public static class ModelFolderWriter
{
    /// <summary>Tensor bytes of a weight file; larger weights become shards.</summary>
    public const long ShardBytes = 10_000_000_000;

    // The largest published vocabularies have some 20 MB.
    const long LargestCarriedFile = 64 << 20;

    /// <param name="path">
    /// Of the folder. What is written lies in a hidden folder beside it until it is complete, and is renamed then.
    /// </param>
    /// <param name="className">Of the pipeline; null to save the only part without an index.</param>
    /// <param name="parts">In the order of the index.</param>
    /// <param name="index">
    /// Of the folder that the model comes from, whose options are taken over; parts of it that are not saved become
    /// absent.
    /// </param>
    /// <exception cref="SutiException">
    /// A name that cannot be a folder, a folder in the way that is no model, or the file system refused a step.
    /// </exception>
    public static void Save(string path, string? className, IReadOnlyList<SavedPart> parts,
        long shardBytes = ShardBytes, JsonConfig? index = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(parts);
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        Check(path, className, parts);
        string temporary = Beside(path, "partial");
        try
        {
            Directory.CreateDirectory(temporary);
            foreach (var part in parts)
                Write(className is null ? temporary : Path.Combine(temporary, part.Name), part, shardBytes);
            if (className is not null)
                AtomicFile.Write(Path.Combine(temporary, ModelFolder.IndexFile), stream => WriteIndex(stream,
                    className, parts, index));
            Replace(path, temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, "the folder must be writable as a whole",
                found: failure.Message.TrimEnd('.'),
                inner: failure);
        }
        finally
        {
            Discard(temporary);
        }
    }

    static void Check(string path, string? className, IReadOnlyList<SavedPart> parts)
    {
        if (className is null && parts.Count != 1)
            throw new SutiException(Printable(path), "without an index there is one part", "1", $"{parts.Count}");
        foreach (var part in parts)
        {
            if (className is not null && !ModelFolder.IsPlainName(part.Name))
                throw new SutiException(Printable(path), "a part's name must be a folder's", "a plain name",
                    $"'{Printable(part.Name)}'");
        }
        bool isModel = File.Exists(Path.Combine(path, ModelFolder.IndexFile)) || File.Exists(Path.Combine(path,
            "config.json")) || IsWeights(path);
        bool isTaken = File.Exists(path) || (Directory.Exists(path)
            && Directory.EnumerateFileSystemEntries(path).Any());
        if (isTaken && !isModel)
            throw new SutiException(Printable(path), "a saved model replaces nothing but a model",
                "an empty or new folder",
                File.Exists(path) ? "a file" : "a folder with other content");
    }

    // Nothing but weights, as they are saved for a network that has no configuration.
    static bool IsWeights(string path) => Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path)
        .All(entry => entry.EndsWith(".safetensors", StringComparison.Ordinal)
            || entry.EndsWith(".safetensors.index.json", StringComparison.Ordinal));

    static void Write(string folder, SavedPart part, long shardBytes)
    {
        Directory.CreateDirectory(folder);
        if (part.CopyOf is { } from)
        {
            foreach (string file in Directory.EnumerateFiles(from).Where(file => Path.GetFileName(file)[0] != '.'))
                Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        if (part.Config is { } config)
            AtomicFile.Write(Path.Combine(folder, part.ConfigFile), stream => WriteConfig(stream, config, part));
        if (part.Weights is { } weights)
        {
            SafetensorsWriter.WriteSharded(folder, part.Library == "transformers" ? "model"
                : "diffusion_pytorch_model", weights,
                shardBytes, new() { Metadata = new Dictionary<string, string> { ["format"] = "pt" } });
        }
    }

    // No length is believed: what a name in a downloaded folder leads to may be endless.
    static void Copy(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write);
        byte[] piece = new byte[1 << 16];
        for (long copied = 0; source.Read(piece) is > 0 and var count; copied += count)
        {
            if (copied + count > LargestCarriedFile)
                throw new SutiException(Printable(from), "is too large to be carried along",
                    string.Create(CultureInfo.InvariantCulture, $"at most {LargestCarriedFile} bytes"), "more");
            target.Write(piece.AsSpan(0, count));
        }
    }

    static void WriteConfig(Stream stream, JsonConfig config, SavedPart part)
    {
        using var json = Indented(stream);
        json.WriteStartObject();
        if (part.Library == "transformers")
        {
            json.WriteStartArray("architectures"u8);
            json.WriteStringValue(part.ClassName);
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("_class_name"u8, part.ClassName);
        }
        const string Type = "torch_dtype";
        bool namesType = part.WeightType is not null && config.Keys.Contains(Type);
        if (namesType)
            json.WriteString(Type, part.WeightType switch
            {
                DType.Float16 => "float16",
                DType.BFloat16 => "bfloat16",
                DType.Float64 => "float64",
                _ => "float32",
            });
        config.CopyTo(json, part.Library == "transformers" ? "architectures" : "_class_name", namesType ? Type : "");
        json.WriteEndObject();
    }

    static void WriteIndex(Stream stream, string className, IReadOnlyList<SavedPart> parts, JsonConfig? from)
    {
        using var json = Indented(stream);
        json.WriteStartObject();
        json.WriteString("_class_name"u8, className);
        foreach (var part in parts)
        {
            json.WriteStartArray(part.Name);
            json.WriteStringValue(part.Library);
            json.WriteStringValue(part.ClassName);
            json.WriteEndArray();
        }
        var others = from?.Keys.Where(key => key != "_class_name" && parts.All(part => part.Name != key)) ?? [];
        foreach (string key in others)
        {
            bool isPart = key[0..Math.Min(1, key.Length)] != "_" && from!.TextsOrNulls(key) is [_, _];
            if (!isPart)
            {
                from!.CopyMember(json, key);
                continue;
            }
            json.WriteStartArray(key);
            json.WriteNullValue();
            json.WriteNullValue();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    static void Replace(string path, string temporary)
    {
        string old = Beside(path, "old");
        bool isThere = Directory.Exists(path);
        if (isThere)
            Directory.Move(path, old);
        try
        {
            Directory.Move(temporary, path);
        }
        catch when (isThere)
        {
            Directory.Move(old, path);
            throw;
        }
        Discard(old);
    }

    // In the same folder, because renaming is atomic within one file system only.
    static string Beside(string path, string state)
        => Path.Combine(Path.GetDirectoryName(path)
            ?? path, $".{Path.GetFileName(path)}.suti-{state}-{Guid.NewGuid():n}");

    static void Discard(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its name says what it is; hiding the failure that led here, or a save that succeeded, would be worse.
        }
    }

    static Utf8JsonWriter Indented(Stream stream) => new(stream, new JsonWriterOptions
    {
        Indented = true,
        NewLine = "\n"
    });

    static string Printable(string text) => CheckpointException.Printable(text, 1000);
}
