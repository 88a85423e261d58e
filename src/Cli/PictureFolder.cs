using System.Globalization;
using SuTI.Engine;

namespace SuTI.Cli;

/// <summary>Numbers pictures in a folder, behind those that are there: nothing is written over.</summary>
sealed class PictureFolder
{
    readonly string _path;
    int _next;

    internal PictureFolder(string path)
    {
        _path = path;
        try
        {
            Directory.CreateDirectory(path);
            _next = Directory.EnumerateFiles(path, "*.png").Select(file => Path.GetFileNameWithoutExtension(file)!)
                .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number + 1 : 0)
                .DefaultIfEmpty(0).Max();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(path, "pictures cannot go there", "a folder that may be written", failure.Message, failure);
        }
    }

    internal string Next() => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{_next++:0000}.png"));
}
