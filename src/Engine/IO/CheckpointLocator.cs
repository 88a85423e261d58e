namespace SuTI.Engine.IO;

/// <summary>Finds the file to open in a folder.</summary>
static class CheckpointLocator
{
    // The names under which published checkpoints store their one set of weights.
    static readonly string[] s_stems = ["model", "diffusion_pytorch_model"];

    /// <summary>
    /// The path itself, if it is no folder. In a folder: the conventional names first, a whole file before an index;
    /// else the only index, else the only file.
    /// </summary>
    public static string Find(string path)
    {
        if (!Directory.Exists(path))
            return path;
        foreach (string stem in s_stems)
        {
            foreach (string suffix in (string[])[SafetensorsCheckpoint.FileSuffix, SafetensorsCheckpoint.IndexSuffix])
            {
                string conventional = Path.Combine(path, stem + suffix);
                if (File.Exists(conventional))
                    return conventional;
            }
        }
        string[] indices = Files(path, SafetensorsCheckpoint.IndexSuffix);
        string[] candidates = indices.Length > 0 ? indices : Files(path, SafetensorsCheckpoint.FileSuffix);
        if (candidates.Length == 1)
            return candidates[0];
        throw new CheckpointException(path, "the folder must hold one checkpoint, or the path must name the file",
            $"one *{SafetensorsCheckpoint.FileSuffix} or *{SafetensorsCheckpoint.IndexSuffix}",
            candidates.Length == 0
                ? "none"
                : CheckpointException.Printable(string.Join(", ", candidates.Select(Path.GetFileName))));
    }

    static string[] Files(string folder, string suffix) => CheckpointFiles.Reading(folder, () =>
    {
        string[] files = Directory.GetFiles(folder, "*" + suffix);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    });
}
