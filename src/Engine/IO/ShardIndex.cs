using System.Buffers;
using System.Text.Json;

namespace SuTI.Engine.IO;

/// <summary>A checkpoint's <c>….index.json</c>: which tensor lies in which file.</summary>
sealed class ShardIndex
{
    /// <summary>Each shard is held open while the checkpoint is; systems commonly allow 1,024 open files.</summary>
    public const int MaxShards = 512;

    const int MaxTensors = 16 * SafetensorsLimits.Tensors;
    const int MaxDepth = 16;

    static readonly SearchValues<char> s_pathCharacters = SearchValues.Create("/\\:*?\"<>|");

    readonly string _file;

    ShardIndex(string file) => _file = file;

    /// <summary>Of its shards: the index's own name says what they are.</summary>
    string Suffix => WeightFiles.IsTorchIndex(_file) ? WeightFiles.TorchSuffix : SafetensorsCheckpoint.FileSuffix;

    /// <summary>Tensor name to shard file name.</summary>
    public Dictionary<string, string> WeightMap { get; } = new(StringComparer.Ordinal);

    /// <summary><c>metadata.total_size</c> as declared; published files are not always right about it.</summary>
    public long? DeclaredTotalBytes { get; private set; }

    /// <summary>Reads and checks the index; opens no shard.</summary>
    /// <exception cref="CheckpointException">Unreadable, no index, or a shard's name leads elsewhere.</exception>
    public static ShardIndex Read(string path) => CheckpointFiles.Reading(path, () =>
    {
        using FileStream stream = CheckpointFiles.Open(path);
        return Read(stream, stream.Length, path);
    });

    internal static ShardIndex Read(Stream stream, long length, string path)
    {
        var index = new ShardIndex(path);
        if (length > SafetensorsLimits.HeaderBytes)
        {
            throw new CheckpointException(path, "the index must keep to its limit",
                $"at most {SafetensorsLimits.HeaderBytes} bytes", $"{length}");
        }
        if (length == 0)
            throw index.NotAnIndex("an empty file");
        try
        {
            var tokens = new JsonTokens(stream, length, MaxDepth, SafetensorsLimits.MetadataBytes);
            index.Parse(ref tokens);
        }
        catch (JsonException e)
        {
            throw new CheckpointException(path, "the index must be one JSON object",
                found: CheckpointException.Printable(e.Message.TrimEnd('.')), inner: e);
        }
        return index;
    }

    /// <summary>Whether the name can mean nothing but a file in the folder it is combined with.</summary>
    /// <remarks>
    /// Sub-folders are refused too: no published index uses them, and what cannot be spelt cannot be abused. A link
    /// with a plain name is followed: download caches store checkpoints so.
    /// </remarks>
    public static bool IsPlainFileName(string name, string suffix = SafetensorsCheckpoint.FileSuffix) =>
        name.Length is > 0 and <= 255
        && name.EndsWith(suffix, StringComparison.Ordinal)
        && name[0] != '.'
        && !name.AsSpan().ContainsAny(s_pathCharacters)
        && !name.Any(char.IsControl);

    void Parse(ref JsonTokens tokens)
    {
        tokens.Read();
        if (tokens.Type is not JsonTokenType.StartObject)
            throw NotAnIndex(SafetensorsHeaderParser.Kind(tokens.Type));
        bool hasMap = false;
        while (tokens.Read() && tokens.Type is JsonTokenType.PropertyName)
        {
            string? field = tokens.Text();
            tokens.Read();
            if (field == "weight_map")
            {
                if (hasMap)
                    throw NotAnIndex("weight_map twice");
                hasMap = true;
                ParseMap(ref tokens);
            }
            else if (field == "metadata" && tokens.Type is JsonTokenType.StartObject)
            {
                ParseMetadata(ref tokens);
            }
            else
            {
                tokens.Skip();
            }
        }
        tokens.Read();
        if (!hasMap)
            throw NotAnIndex("no weight_map");
    }

    void ParseMetadata(ref JsonTokens tokens)
    {
        while (tokens.Read() && tokens.Type is JsonTokenType.PropertyName)
        {
            string? field = tokens.Text();
            tokens.Read();
            if (field == "total_size" && tokens.TryPlainInteger(out long bytes))
                DeclaredTotalBytes = bytes;
            else
                tokens.Skip();
        }
    }

    void ParseMap(ref JsonTokens tokens)
    {
        if (tokens.Type is not JsonTokenType.StartObject)
            throw NotAnIndex($"a weight_map that is {SafetensorsHeaderParser.Kind(tokens.Type)}");
        var shards = new Dictionary<string, string>(StringComparer.Ordinal);
        while (tokens.Read() && tokens.Type is JsonTokenType.PropertyName)
        {
            if (tokens.Raw.Length > SafetensorsLimits.NameBytes || tokens.Text() is not string tensor)
                throw NotAnIndex($"a tensor name of {tokens.Raw.Length} bytes, or not Unicode");
            tokens.Read();
            string? shard = tokens.Type is JsonTokenType.String && tokens.Raw.Length < 1024 ? tokens.Text() : null;
            if (shard is null || !IsPlainFileName(shard, Suffix))
            {
                throw new CheckpointException(_file, "a shard must be a plain file name in the index's folder",
                    $"NAME{Suffix}",
                    shard is null
                        ? SafetensorsHeaderParser.Kind(tokens.Type)
                        : $"'{CheckpointException.Printable(shard)}'",
                    tensor);
            }
            // One string per shard, not one per tensor.
            if (!shards.TryGetValue(shard, out string? known))
                shards.Add(shard, known = shard);
            if (!WeightMap.TryAdd(tensor, known))
                throw NotAnIndex($"tensor '{CheckpointException.Printable(tensor)}' twice");
            if (shards.Count > MaxShards || WeightMap.Count > MaxTensors)
                throw NotAnIndex($"more than {MaxShards} shards or {MaxTensors} tensors");
        }
    }

    CheckpointException NotAnIndex(string found) => new(_file, "the index must map each tensor to its file once",
        "{\"metadata\": {\"total_size\": …}, \"weight_map\": {…}}", found);
}
