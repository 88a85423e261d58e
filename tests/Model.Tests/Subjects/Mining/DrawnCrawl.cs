using System.Text.Json;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Subjects;

/// <summary>A crawl that a test writes picture by picture. A picture has a texture (its seed) and a tint, by which the test's embedder goes.</summary>
sealed class DrawnCrawl : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly List<string> _lines = [];

    internal string Root => _folder.Root;

    internal static Image Picture(int seed, int red, int green, int blue, double gain = 1)
    {
        const int side = 32, cell = 4;
        var random = new Random(seed);
        double[] light = [.. Enumerable.Range(0, side / cell * (side / cell)).Select(_ => (0.3 + (0.6 * random.NextDouble())) * gain)];
        byte[] samples = new byte[side * side * 3];
        for (int i = 0; i < samples.Length; i++)
        {
            int x = i / 3 % side, y = i / 3 / side;
            double value = light[(y / cell * (side / cell)) + (x / cell)];
            samples[i] = (byte)Math.Round(value * (i % 3) switch { 0 => red, 1 => green, _ => blue });
        }
        return new(side, side, 3, samples);
    }

    /// <summary>A picture on a page.</summary>
    internal void Add(string url, Image image, string text = "a robot")
    {
        string name = $"{_lines.Count}.png";
        ImageFile.WritePng(_folder.File(name), image);
        Line(url, name, text);
    }

    internal void Line(string url, string image, string text = "a robot") => Raw(JsonSerializer.Serialize(new { url, image, text }));

    internal void Raw(string line) => _lines.Add(line);

    internal string File(string name, byte[] content) => _folder.File(name, content);

    /// <summary>Writes the list.</summary>
    internal string Save()
    {
        System.IO.File.WriteAllLines(_folder.File("crawl.jsonl"), _lines);
        return _folder.Root;
    }

    public void Dispose() => _folder.Dispose();
}
