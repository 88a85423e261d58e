using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders;

/// <summary>What a set of weight files holds, told from headers alone.</summary>
/// <param name="Path">The file or index.</param>
/// <param name="Files">All files that hold tensors, with their tensors' bytes.</param>
/// <param name="Types">Elements of each type, the most first.</param>
public sealed record WeightSummary(string Path, IReadOnlyList<(string File, long Bytes)> Files, int Tensors,
    long Parameters, long Bytes, IReadOnlyList<(SafetensorsType Type, long Elements)> Types,
        IReadOnlyList<string> Notes)
{
    public static WeightSummary Of(IWeightSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new(source.Path,
            [.. source.Entries.GroupBy(entry => source.FileWith(entry.Name))
                .Select(group => (group.Key, group.Sum(entry => entry.ByteCount)))],
            source.Entries.Count, source.Entries.Sum(entry => entry.ElementCount),
            source.Entries.Sum(entry => entry.ByteCount),
            [.. source.Entries.GroupBy(entry => entry.Type).Select(group => (group.Key, group.Sum(entry =>
                entry.ElementCount)))
                .OrderByDescending(pair => pair.Item2)], source.Notes);
    }

    /// <summary>Bytes of the parameters in memory, in that precision.</summary>
    public long MemoryAs(DType type) => Parameters * type.Size();
}
