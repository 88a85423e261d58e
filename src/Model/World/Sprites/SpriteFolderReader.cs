using System.Globalization;
using System.Text;
using SuTI.Engine;
using SuTI.Model.Folders;
using SuTI.Model.Imaging;

namespace SuTI.Model.World.Sprites;

/// <summary>
/// Reads a folder of sprites: <c>sprites.jsonl</c>, one object a line with <c>file</c> (a PNG within the folder), <c>noun</c> and
/// <c>category</c>. The folder need not be trusted.
/// </summary>
static class SpriteFolderReader
{
    const string ListFile = "sprites.jsonl";
    const int MostSprites = 20_000, LargestList = 32 << 20, LongestLine = 1 << 16, LongestNoun = 80;

    static readonly ImageLimits s_limits = new() { FileBytes = 4 << 20, Side = 512, Pixels = 512 * 512 };

    internal static SpriteFolder Read(string folder)
    {
        string list = Path.Combine(folder, ListFile);
        var sprites = new List<(string, string, Sprite)>();
        int number = 0;
        foreach (string line in Lines(list))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            string source = string.Create(CultureInfo.InvariantCulture, $"{list}, line {number}");
            if (line.Length > LongestLine)
                throw new SutiException(Printable(source), "the line is too long", $"at most {LongestLine}",
                    line.Length.ToString(CultureInfo.InvariantCulture));
            if (sprites.Count == MostSprites)
                throw new SutiException(Printable(list), "lists too many sprites", $"at most {MostSprites}", "more");
            sprites.Add(Entry(folder, JsonConfig.Parse(Encoding.UTF8.GetBytes(line), source)));
        }
        return sprites.Count > 0 ? new(sprites) : throw new SutiException(Printable(list), "lists no sprite", "at least one line", "none");
    }

    static (string, string, Sprite) Entry(string folder, JsonConfig json)
    {
        string file = json.Text("file"), noun = json.Text("noun"), category = json.Text("category", "sprite");
        json.IgnoreRest();
        if (noun.Length is 0 or > LongestNoun || noun.Any(char.IsControl))
            throw new SutiException(Printable(json.Source), "a noun is a short phrase", $"1 to {LongestNoun} characters", Printable(noun));
        string path = Inside(folder, file, json);
        var image = ImageFile.Read(path, s_limits).ToRgba().ToEightBits();
        var sprite = new Sprite(image.Width, image.Height, image.Bytes);
        return sprite.IsEmpty ? throw new SutiException(Printable(path), "a sprite shows something", "an opaque pixel", "none") : (noun,
            category, sprite);
    }

    static string Inside(string folder, string file, JsonConfig json)
    {
        bool isPlain = file.Length > 0 && !Path.IsPathRooted(file) && !file.Contains('\\',
            StringComparison.Ordinal) && !file.Contains('\0', StringComparison.Ordinal)
            && file.Split('/').All(part => part is not ("" or "." or ".."));
        return isPlain ? Path.Combine(folder, file)
            : throw new SutiException(Printable(json.Source), "a sprite lies within its folder", "a relative path", $"'{Printable(file)}'");
    }

    static string[] Lines(string list)
    {
        try
        {
            var info = new FileInfo(list);
            if (!info.Exists)
                throw new SutiException(Printable(list), "a folder of sprites has this list", "a file", "none");
            if (info.Length > LargestList)
                throw new SutiException(Printable(list), "the list is too large", $"at most {LargestList} bytes",
                    info.Length.ToString(CultureInfo.InvariantCulture));
            return File.ReadAllLines(list);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(Printable(list), "cannot be read", null, failure.Message, failure);
        }
    }

    static string Printable(string text) => CheckpointException.Printable(text, 1000);
}
