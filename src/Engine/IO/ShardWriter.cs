using System.Text.Json;

namespace SuTI.Engine.IO;

/// <summary>Divides tensors over numbered files and writes the index that finds them again.</summary>
static class ShardWriter
{
    public static string Write(
        string folder,
        string stem,
        IReadOnlyList<SafetensorsTensor> tensors,
        long maxShardBytes,
        SafetensorsWriteOptions options,
        FileSteps steps)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxShardBytes);
        string whole = Path.Combine(folder, stem + SafetensorsCheckpoint.FileSuffix);
        if (!ShardIndex.IsPlainFileName(stem + SafetensorsCheckpoint.FileSuffix))
        {
            throw new CheckpointException(folder, "the stem must be a plain file name",
                found: CheckpointException.Printable(stem));
        }
        List<List<SafetensorsTensor>> shards = Divide(tensors, maxShardBytes);
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(whole, tensors, options, steps);
            return whole;
        }
        RefuseDuplicates(folder, tensors);
        string index = Path.Combine(folder, stem + SafetensorsCheckpoint.IndexSuffix);
        var pending = new List<PendingFile>();
        AtomicFile.Guard(index, () =>
        {
            try
            {
                var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
                for (int i = 0; i < shards.Count; i++)
                {
                    string name = $"{stem}-{i + 1:d5}-of-{shards.Count:d5}{SafetensorsCheckpoint.FileSuffix}";
                    string path = Path.Combine(folder, name);
                    var header = new SafetensorsHeaderWriter(path, shards[i], options);
                    pending.Add(new PendingFile(path, steps));
                    SafetensorsWriter.WriteContent(pending[^1].Stream, path, header);
                    pending[^1].Finish();
                    foreach (SafetensorsTensor tensor in shards[i])
                        map.Add(tensor.Name, name);
                }
                pending.Add(new PendingFile(index, steps));
                WriteIndex(pending[^1].Stream, map, tensors.Sum(static tensor => tensor.ByteCount));
                pending[^1].Finish();
                pending.ForEach(static file => file.Commit());
            }
            finally
            {
                pending.ForEach(static file => file.Dispose());
            }
        });
        return index;
    }

    static List<List<SafetensorsTensor>> Divide(IReadOnlyList<SafetensorsTensor> tensors, long maxShardBytes)
    {
        List<List<SafetensorsTensor>> shards = [[]];
        long bytes = 0;
        foreach (SafetensorsTensor tensor in tensors)
        {
            if (shards[^1].Count > 0 && (tensor.ByteCount > maxShardBytes - bytes))
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(tensor);
            bytes += tensor.ByteCount;
        }
        return shards;
    }

    static void RefuseDuplicates(string folder, IReadOnlyList<SafetensorsTensor> tensors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (SafetensorsTensor tensor in tensors)
        {
            if (!seen.Add(tensor.Name))
            {
                throw new SafetensorsException(folder, SafetensorsRule.DuplicateKey, "no key may occur twice",
                    found: $"'{CheckpointException.Printable(tensor.Name)}'");
            }
        }
    }

    static void WriteIndex(Stream stream, SortedDictionary<string, string> map, long totalBytes)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartObject("metadata"u8);
        json.WriteNumber("total_size"u8, totalBytes);
        json.WriteEndObject();
        json.WriteStartObject("weight_map"u8);
        foreach ((string tensor, string shard) in map)
            json.WriteString(tensor, shard);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
