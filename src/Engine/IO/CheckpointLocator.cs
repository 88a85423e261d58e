namespace SuTI.Engine.IO;

/// <summary>Finds the file to open in a folder.</summary>
static class CheckpointLocator
{
    // The names under which published checkpoints store their one set of weights, before their kind's suffix.
    static readonly string[] s_stems = ["model", "diffusion_pytorch_model"];
    static readonly string[] s_torchStems = ["pytorch_model", "diffusion_pytorch_model"];

    /// <summary>
    /// The path itself, if it is no folder. In a folder: the conventional names first, safetensors before PyTorch and a
    /// whole file before an index; else the only index, else the only file, of safetensors or, without these, of
    /// PyTorch.
    /// </summary>
    /// <param name="variant">As in <c>model.fp16.safetensors</c>; null for the plain names.</param>
    /// <param name="safetensorsOnly">Whether files of PyTorch are left aside.</param>
    public static string Find(string path, string? variant = null, bool safetensorsOnly = false)
    {
        if (!Directory.Exists(path))
            return path;
        IEnumerable<string> conventional = Conventional(s_stems, SafetensorsCheckpoint.FileSuffix, variant);
        if (!safetensorsOnly)
            conventional = conventional.Concat(Conventional(s_torchStems, WeightFiles.TorchSuffix, variant));
        foreach (string name in conventional)
        {
            string file = Path.Combine(path, name);
            if (File.Exists(file))
                return file;
        }
        if (variant is not null)
            throw new CheckpointException(path, "the folder must hold weights of the variant",
                $"model.{variant}{SafetensorsCheckpoint.FileSuffix} or the like", "none");
        foreach (string suffix in safetensorsOnly ? s_safetensors : (string[])[.. s_safetensors, .. s_torch])
        {
            string[] candidates = Files(path, suffix);
            if (candidates.Length == 1)
                return candidates[0];
            if (candidates.Length > 1)
                throw NotOne(path, CheckpointException.Printable(string.Join(", ",
                    candidates.Select(Path.GetFileName)), 1000));
        }
        throw NotOne(path, "none");
    }

    static readonly string[] s_safetensors = [SafetensorsCheckpoint.IndexSuffix, SafetensorsCheckpoint.FileSuffix];
    static readonly string[] s_torch =
        [WeightFiles.TorchSuffix + WeightFiles.IndexSuffix, WeightFiles.TorchSuffix, ".ckpt", ".pt", ".pth"];

    static IEnumerable<string> Conventional(string[] stems, string suffix, string? variant)
    {
        foreach (string stem in stems)
        {
            if (variant is null)
            {
                yield return stem + suffix;
                yield return stem + suffix + WeightFiles.IndexSuffix;
                continue;
            }
            yield return $"{stem}.{variant}{suffix}";
            yield return $"{stem}{suffix}.index.{variant}.json";
            yield return $"{stem}.{variant}{suffix}{WeightFiles.IndexSuffix}";
        }
    }

    static CheckpointException NotOne(string path, string found)
        => new(path, "the folder must hold one checkpoint, or the path must name the file",
            $"one *{SafetensorsCheckpoint.FileSuffix} or *{SafetensorsCheckpoint.IndexSuffix}", found);

    static string[] Files(string folder, string suffix) => CheckpointFiles.Reading(folder, () =>
    {
        string[] files = Directory.GetFiles(folder, "*" + suffix);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    });
}
