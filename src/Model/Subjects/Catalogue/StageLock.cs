using SuTI.Engine;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>For stages that one process at a time works on; the system frees it when a process dies.</summary>
sealed class StageLock : IDisposable
{
    readonly FileStream _file;

    StageLock(FileStream file) => _file = file;

    /// <exception cref="SutiException">Another process has it.</exception>
    internal static StageLock Take(RunCatalogue run, string stage)
    {
        string path = run.PathOf($".{stage}.lock");
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException failure)
        {
            throw new SutiException(CheckpointException.Printable(run.Folder, 1000), $"another process is at this stage ({stage}); nothing was changed",
                null, failure.Message, failure);
        }
    }

    public void Dispose() => _file.Dispose();
}
