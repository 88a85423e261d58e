using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Training;

/// <summary>The folder <c>checkpoints</c> of a run: one folder a step, each written and removed as a whole.</summary>
sealed class Checkpoints(string root)
{
    const string Prefix = "step-";

    /// <summary>Where the checkpoint of a step lies.</summary>
    internal string FolderOf(int step) => Path.Combine(root, Invariant($"{Prefix}{step:d6}"));

    /// <summary>The steps that have a folder, newest first.</summary>
    internal IReadOnlyList<int> Steps()
    {
        if (!Directory.Exists(root))
            return [];
        var steps = new List<int>();
        foreach (string folder in Directory.GetDirectories(root, Prefix + "*"))
        {
            string name = Path.GetFileName(folder);
            if (int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step)
                && FolderOf(step) == folder)
                steps.Add(step);
        }
        return [.. steps.OrderDescending()];
    }

    /// <summary>Writes a checkpoint with the digests of its files; a step that is there already is replaced.</summary>
    /// <exception cref="CheckpointException">The file system refused a step; the other checkpoints are unharmed.</exception>
    internal void Save(RunState state, Action<string> write)
    {
        try
        {
            Directory.CreateDirectory(root);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(root, "the folder must be writable", found: failure.Message.TrimEnd('.'), inner: failure);
        }
        AtomicFolder.Write(FolderOf(state.Step), folder =>
        {
            write(folder);
            state.Write(folder);
            FileDigests.Write(folder);
        });
    }

    /// <summary>The newest checkpoint whose digests hold; null if there is none at all.</summary>
    /// <param name="damaged">Told of each newer one, and what is wrong with it.</param>
    /// <exception cref="CheckpointException">There are checkpoints and all are damaged.</exception>
    internal (RunState State, string Folder)? Latest(Action<string> damaged)
    {
        var steps = Steps();
        foreach (int step in steps)
        {
            string folder = FolderOf(step);
            if (FileDigests.Problem(folder, RunState.FileName) is { } problem)
            {
                damaged($"checkpoint {Path.GetFileName(folder)} is damaged and left out: {problem}");
                continue;
            }
            var state = RunState.Read(folder);
            if (state.Step != step)
                throw new CheckpointException(folder, "the folder's name is its step", Invariant($"{state.Step}"), Invariant($"{step}"));
            return (state, folder);
        }
        if (steps.Count > 0)
            throw new CheckpointException(root, "no checkpoint is whole; to begin anew, remove this folder", "one whose digests hold",
                Invariant($"{steps.Count} damaged"));
        return null;
    }

    /// <summary>Removes the old ones.</summary>
    /// <param name="step">The newest that was written; those of later steps are left from before a fall-back and stay.</param>
    /// <param name="kept">How many of the newest stay.</param>
    /// <param name="best">Stays as well.</param>
    internal void Prune(int step, int kept, int? best)
    {
        foreach (int old in Steps().Where(other => other <= step).Skip(kept))
        {
            if (old != best)
                AtomicFolder.Delete(FolderOf(old));
        }
    }

    /// <summary>Removes what killed writers left.</summary>
    internal void Sweep() => AtomicFolder.Sweep(root);

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
