using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SuTI.Engine.IO;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

/// <summary>Preprocessing against transformers and torchvision, by what each case says of itself.</summary>
[TestFixture, Category("Fixtures")]
public partial class PreprocessFixtureTests : LeakCheck
{
    static IEnumerable<TestCaseData> Cases() => ExpectedPixels.Cases("image_preprocess");

    [Test]
    public void There_are_cases()
    {
        if (FixtureFolder.IsCopy)
            Assert.That(Cases(), Is.Not.Empty);
    }

    [TestCaseSource(nameof(Cases))]
    public void Results_are_those_of_the_libraries(string folder, string name, JsonElement json)
    {
        var options = new CaseOptions(json);
        options.Describes("torchvision_max_abs_diff");
        var image = ImageFile.Read(Path.Combine(folder, options.Text("source")));
        var preprocessing = Preprocessing(options);
        Compare(folder, name, preprocessing.Apply, image);
        if (ExpectedPixels.Keys(folder).Contains(name + "_torchvision"))
        {
            preprocessing = preprocessing with { Rounding = CentreRounding.HalfToEven };
            Compare(folder, name + "_torchvision", preprocessing.Apply, image);
        }
        Assert.That(options.Unread, Is.Empty);
    }

    static ImagePreprocessing Preprocessing(CaseOptions options)
    {
        string kind = options.Text("kind");
        var preprocessing = kind switch
        {
            "CLIPImageProcessor" => ImagePreprocessing.Clip(options.Integer("crop")) with
            {
                ShortestEdge = options.Integer("shortest_edge"),
            },
            _ when Match(TorchvisionCrop(), kind) is { } match => new ImagePreprocessing
            {
                ShortestEdge = Number(match.Groups[1]),
                Filter = Enum.Parse<ResizeFilter>(match.Groups[2].Value, ignoreCase: true),
                Centre = new(Number(match.Groups[3]), Number(match.Groups[3])),
                Rounding = CentreRounding.HalfToEven,
                Mean = Three(match.Groups[4]),
                Deviation = Three(match.Groups[5]),
            },
            _ when Match(VitSquash(), kind) is { } match => ImagePreprocessing.Vit(Number(match.Groups[1])) with
            {
                Size = new(Number(match.Groups[2]), Number(match.Groups[1])),
                Filter = Enum.Parse<ResizeFilter>(match.Groups[3].Value, ignoreCase: true),
            },
            _ => throw new NotSupportedException($"kind '{kind}'"),
        };
        return preprocessing with
        {
            Mean = options.Numbers("mean") ?? preprocessing.Mean,
            Deviation = options.Numbers("std") ?? preprocessing.Deviation,
        };
    }

    static Match? Match(Regex pattern, string text) => pattern.Match(text) is { Success: true } match ? match : null;

    static int Number(Group text) => int.Parse(text.Value, CultureInfo.InvariantCulture);

    // Where there is no number the case's own lists count.
    static double[] Three(Group text)
        => text.Success ? [.. Enumerable.Repeat(double.Parse(text.Value, CultureInfo.InvariantCulture), 3)] : [];

    static void Compare(string folder, string key, Func<Image, Device?, Tensor> apply, Image image)
    {
        using var scope = TensorScope.Open("preprocess");
        using var file = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        var expected = FixtureTensors.Read(file, key, DType.Float32);
        var found = apply(image, null).ToChannelsFirst();
        Assert.That((found.Shape[0], found.Shape[1], found.Shape[2], found.Shape[3]),
            Is.EqualTo((1, expected.Shape[0], expected.Shape[1], expected.Shape[2])));
        // The resize is Pillow's to the bit, so the bound is that of an exact one.
        Assert.That(ExpectedPixels.Difference<float>(found.ToArray<float>(), expected.ToArray<float>()).Largest,
            Is.LessThanOrEqualTo(2e-6), key);
    }

    [GeneratedRegex(@"^torchvision Resize\((\d+), (\w+)\) \+ CenterCrop\((\d+)\) \+ ToTensor "
        + @"\+ Normalize(?:\(([\d.]+), ([\d.]+)\))?")]
    private static partial Regex TorchvisionCrop();

    [GeneratedRegex(@"^ViTImageProcessor: resize to exactly (\d+)x(\d+), (\w+) \(antialiased\), "
        + @"/255, mean 0.5 std 0.5$")]
    private static partial Regex VitSquash();
}
