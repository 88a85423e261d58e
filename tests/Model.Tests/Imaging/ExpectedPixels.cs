using System.Text.Json;
using SuTI.Engine.IO;

namespace SuTI.Model.Tests.Imaging;

/// <summary>What fixtures of pictures expect: expected.safetensors, and cases.json beside it.</summary>
static class ExpectedPixels
{
    public static byte[] Bytes(string folder, string key)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        byte[] bytes = new byte[file.Entry(key).ByteCount];
        file.ReadInto(key, bytes);
        return bytes;
    }

    public static int[] Shape(string folder, string key)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        return [.. file.Entry(key).Shape.Select(length => (int)length)];
    }

    public static IReadOnlyList<string> Keys(string folder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        return [.. file.Names];
    }

    /// <summary>The cases of all folders of a kind, each as (folder, name, options).</summary>
    public static IEnumerable<TestCaseData> Cases(string kind)
        => from folder in FixtureFolder.Find(kind)
           let cases = Path.Combine(folder, "cases.json")
           where File.Exists(cases)
           from option in JsonDocument.Parse(File.ReadAllBytes(cases)).RootElement.EnumerateObject()
           select new TestCaseData(folder, option.Name, option.Value)
               .SetArgDisplayNames(Path.GetFileName(folder), option.Name);

    /// <summary>The largest and the mean absolute difference.</summary>
    public static (double Largest, double Mean) Difference<T>(ReadOnlySpan<T> found, ReadOnlySpan<T> expected)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        Assert.That(found.Length, Is.EqualTo(expected.Length), "samples");
        double largest = 0, sum = 0;
        for (int i = 0; i < found.Length; i++)
        {
            double difference = Math.Abs(double.CreateChecked(found[i]) - double.CreateChecked(expected[i]));
            // A NaN is the worst there is; a comparison would lose it.
            largest = Math.Max(largest, difference);
            sum += difference;
        }
        return (largest, sum / Math.Max(1, found.Length));
    }
}
