namespace SuTI.Engine.IO;

/// <summary>
/// A file being written beside the one it will replace. Until <see cref="Commit"/> nothing under the final name
/// changes; disposal without a commit leaves no trace.
/// </summary>
sealed class PendingFile : IDisposable
{
    readonly FileSteps _steps;
    readonly string _path;
    readonly string _folder;
    readonly string _temporary;
    Stream? _stream;
    bool _committed;

    public PendingFile(string path, FileSteps steps)
    {
        _steps = steps;
        _path = Path.GetFullPath(path);
        _folder = Path.GetDirectoryName(_path) ?? throw new IOException("the path names the root of a file system");
        // Same folder, because renaming is atomic within one file system only; the name is hidden and never reused.
        _temporary = Path.Combine(_folder, $".suti-{Guid.NewGuid():n}.tmp");
        if (Directory.Exists(_path))
            throw new IOException("a folder has that name");
        _stream = steps.Create(_temporary);
    }

    /// <summary>Where the content goes; seekable.</summary>
    public Stream Stream => _stream ?? throw new InvalidOperationException("The file is already finished.");

    /// <summary>Puts the content on the disk and closes it; from here on only the name is missing.</summary>
    public void Finish()
    {
        _steps.FlushToDisk(Stream);
        _stream!.Dispose();
        _stream = null;
    }

    public void Commit()
    {
        if (_stream is not null)
            Finish();
        _steps.Rename(_temporary, _path);
        _committed = true;
        _steps.FlushFolder(_folder);
    }

    public void Dispose()
    {
        if (_committed)
            return;
        try
        {
            _stream?.Dispose();
        }
        catch (IOException)
        {
            // Closing flushes what is left; the file is thrown away, and the first failure is the one to report.
        }
        finally
        {
            _stream = null;
            try
            {
                _steps.Delete(_temporary);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A stray temporary file is harmless, hiding the failure that led here is not.
            }
        }
    }
}
