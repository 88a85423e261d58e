using System.Text;
using SuTI.Model.Folders;
using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

public class PreprocessorConfigTests : LeakCheck
{
    static ImagePreprocessing Read(string json)
        => PreprocessorConfig.Read(JsonConfig.Parse(Encoding.UTF8.GetBytes(json), "preprocessor_config.json"));

    // As published beside CLIP's weights, the older and the newer way.
    [TestCase("""
        { "crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true,
          "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": [0.48145466, 0.4578275, 0.40821073],
          "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": 224 }
        """)]
    [TestCase("""
        { "crop_size": { "height": 224, "width": 224 }, "do_center_crop": true, "do_convert_rgb": true,
          "do_normalize": true, "do_rescale": true, "do_resize": true, "feature_extractor_type": "CLIPFeatureExtractor",
          "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_processor_type": "CLIPImageProcessor",
          "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "rescale_factor": 0.00392156862745098,
          "size": { "shortest_edge": 224 } }
        """)]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor" }""")]
    public void Files_of_CLIP(string json) => AssertSame(Read(json), ImagePreprocessing.Clip());

    // As published beside DINO's weights in transformers' layout: squashed, unlike the original evaluation.
    [Test]
    public void Files_of_ViT()
    {
        AssertSame(Read("""
            { "do_normalize": true, "do_resize": true, "feature_extractor_type": "ViTFeatureExtractor",
              "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": 224 }
            """), ImagePreprocessing.Vit() with
        {
            Filter = ResizeFilter.Bicubic,
            Mean = ImagePreprocessing.Dino().Mean,
            Deviation = ImagePreprocessing.Dino().Deviation,
        });
        AssertSame(Read("""{ "image_processor_type": "ViTImageProcessor", "size": { "height": 48, "width": 48 } }"""),
            ImagePreprocessing.Vit(48));
    }

    [Test]
    public void Steps_may_be_left_out()
    {
        var read = Read("""
            { "image_processor_type": "CLIPImageProcessor", "do_resize": false, "do_center_crop": false,
              "do_normalize": false, "do_rescale": false, "image_mean": [1, 2, 3], "size": "anything", "crop_size": 7 }
            """);
        Assert.That((read.ShortestEdge, read.Size, read.Centre, read.Scale),
            Is.EqualTo(((int?)null, (PictureSize?)null, (PictureSize?)null, 255.0)));
        using var scope = TensorScope.Open("test");
        Assert.That(read.Apply(new Image(1, 1, 3, [1, 2, 255])).ToArray<float>(),
            Is.EqualTo(new[] { 1f, 2f, 255f }).Within(1e-5));
    }

    [TestCase("{}", "feature_extractor_type")]
    [TestCase("""{ "image_processor_type": "Pix2StructImageProcessor" }""", "Pix2StructImageProcessor")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "sharpen": true }""", "'sharpen'")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "size": { "shortest_edge": 8, "longest_edge": 9 } }""",
        "'longest_edge'")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "size": { "height": 8 } }""", "width")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "size": 0 }""", "at least 1")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "size": 100000 }""", "at most 4096")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "size": "large" }""", "a whole number")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "crop_size": [8, 8] }""", "a whole number")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "resample": 9 }""", "0 to 5")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "image_mean": [0, 0] }""", "3 numbers")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "image_std": [1, 0, 1] }""", "above 0")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "rescale_factor": -1 }""", "at most 1")]
    [TestCase("""{ "image_processor_type": "CLIPImageProcessor", "do_pad": true }""", "do_pad")]
    [TestCase("""{ "image_processor_type": """, "not valid JSON")]
    public void Files_that_cannot_be_followed_are_refused(string json, string reason)
        => Assert.That(() => Read(json), Throws.InstanceOf<SutiException>().With.Message.Contains(reason)
            .And.Message.Contains("preprocessor_config.json"));

    [Test]
    public void Deep_nesting_is_refused()
        => Assert.That(() => Read($$"""{ "size": {{new string('[', 100_000)}} """),
            Throws.InstanceOf<SutiException>().With.Message.Contains("at most 32 levels"));

    [Test]
    public void Letterbox_bars_become_zeros()
    {
        using var scope = TensorScope.Open("test");
        var image = new Image(16, 8, 3);
        image.Bytes.Fill(255);
        var preprocessing = ImagePreprocessing.Diffusion(8, 8) with { Filter = ResizeFilter.Box };
        float[] values = preprocessing.Apply(image).ToArray<float>();
        Assert.That(values, Has.Length.EqualTo(8 * 8 * 3));
        for (int i = 0; i < values.Length; i++)
            Assert.That(values[i], Is.EqualTo(i / 24 is >= 2 and < 6 ? 1f : 0f).Within(0.005));
    }

    [Test]
    public void Ways_into_the_frame_are_chosen_by_Fit()
    {
        using var scope = TensorScope.Open("test");
        var image = new Image(60, 30, 3);
        new Random(3).NextBytes(image.Bytes);
        foreach (var fit in Enum.GetValues<PictureFit>())
        {
            var preprocessing = ImagePreprocessing.Clip(16) with { Fit = fit };
            Assert.That(preprocessing.Apply([image, image]).Shape.ToArray(), Is.EqualTo(new[] { 2, 16, 16, 3 }));
            Assert.That(ImagePreprocessing.Diffusion(24, 16, fit).Apply(image).Shape.ToArray(),
                Is.EqualTo(new[] { 1, 16, 24, 3 }));
        }
    }

    [Test]
    public void A_picture_as_thin_as_a_hair_asks_for_no_memory()
        => Assert.That(() => ImagePreprocessing.Clip().Place(new Image(1, 60_000, 3)),
            Throws.TypeOf<ImageException>().With.Message.Contains("too long"));

    static void AssertSame(ImagePreprocessing found, ImagePreprocessing expected)
    {
        Assert.That(found.Mean, Is.EqualTo(expected.Mean));
        Assert.That(found.Deviation, Is.EqualTo(expected.Deviation));
        Assert.That(found.Scale, Is.EqualTo(expected.Scale).Within(1e-12));
        Assert.That(found with { Mean = [], Deviation = [], Scale = 1 },
            Is.EqualTo(expected with { Mean = [], Deviation = [], Scale = 1 }));
    }
}
