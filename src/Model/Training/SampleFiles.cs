using System.Globalization;
using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Training;

/// <summary>The pictures of a run: <c>samples/step-000100-NAME.png</c>.</summary>
sealed class SampleFiles(string folder)
{
    const string Prefix = "step-", Suffix = ".png";

    internal void Write(int step, SamplePicture picture)
    {
        PlainName.Check("sample picture", picture.Name);
        Guard(() => Directory.CreateDirectory(folder));
        AtomicFile.Write(Path.Combine(folder, FormattableString.Invariant($"{Prefix}{step:d6}-{picture.Name}{Suffix}")),
            stream => stream.Write(picture.Png.Span));
    }

    /// <summary>All pictures by name, then step.</summary>
    internal IReadOnlyList<(int Step, string Name, string File)> All()
    {
        if (!Directory.Exists(folder))
            return [];
        var all = new List<(int Step, string Name, string File)>();
        foreach (string file in Directory.GetFiles(folder, Prefix + "*" + Suffix))
        {
            string[] parts = Path.GetFileNameWithoutExtension(file)[Prefix.Length..].Split('-', 2);
            if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int step))
                all.Add((step, parts[1], file));
        }
        return [.. all.OrderBy(sample => sample.Name, StringComparer.Ordinal).ThenBy(sample => sample.Step)];
    }

    /// <summary>Removes what belongs to steps that will be made again, and what killed writers left.</summary>
    internal void RemoveAfter(int step) => Guard(() =>
    {
        AtomicFolder.Sweep(folder);
        foreach (var sample in All().Where(sample => sample.Step > step))
            File.Delete(sample.File);
    });

    void Guard(Action use)
    {
        try
        {
            use();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(folder, "the folder of samples must be writable", found: failure.Message.TrimEnd('.'),
                inner: failure);
        }
    }
}
