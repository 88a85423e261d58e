using System.Text.Json.Nodes;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects;

namespace SuTI.Cli.Commands;

/// <summary><c>suti inspect PICTURE</c>: what a picture is, and how it was made.</summary>
static class InspectPicture
{
    /// <summary>Whether the content is that of a picture, readable or not.</summary>
    internal static bool Looks(string path)
    {
        if (!File.Exists(path))
            return false;
        Span<byte> head = stackalloc byte[4];
        using var file = File.OpenRead(path);
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> png = [0x89, (byte)'P', (byte)'N', (byte)'G'], jpeg = [0xFF, 0xD8, 0xFF];
        return length == 4 && (head.SequenceEqual(png) || head[..3].SequenceEqual(jpeg));
    }

    internal static int Run(string path, bool json)
    {
        var image = ImageFile.Read(path);
        var lines = Lines(image, path);
        if (json)
        {
            var line = new JsonObject { ["path"] = path, ["width"] = image.Width, ["height"] = image.Height, ["channels"] = image.Channels, ["depth"] = image.Depth };
            foreach (var text in image.Texts)
                line[text.Keyword] = text.Keyword == PictureRecipe.Keyword ? JsonNode.Parse(text.Text) : text.Text;
            Output.JsonLine(line);
            return ExitCode.Done;
        }
        int width = lines.Max(line => line.Name.Length);
        foreach (var (name, value) in lines)
            Console.Out.WriteLine($"{name.PadRight(width)}  {value}");
        return ExitCode.Done;
    }

    static IReadOnlyList<(string Name, string Value)> Lines(Image image, string path) =>
    [
        ("picture", image.ToString()), .. image.Notes.Select(note => ("note", note)),
        .. !image.Texts.Any(text => text.Keyword == PictureRecipe.Keyword) ? image.Texts.Select(text => (text.Keyword, text.Text))
            : SubjectPictureRecipe.Find(image, path)?.Lines() ?? PictureRecipe.Of(image, path).Lines(),
    ];
}
