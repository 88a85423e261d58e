namespace SuTI.Tests;

sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("suti-tests-").FullName;

    public string File(string name) => Path.Combine(Root, name);

    public string File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public string File(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        return File(name);
    }

    /// <summary>The names of all files, sorted.</summary>
    public string[] Names() => [.. Directory.GetFileSystemEntries(Root).Select(Path.GetFileName).Order()!];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
