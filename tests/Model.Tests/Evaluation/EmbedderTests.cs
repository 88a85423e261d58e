using SuTI.Engine.Layers;
using SuTI.Model.Evaluation;
using SuTI.Model.Folders;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;
using SuTI.Model.Text;
using SuTI.Model.Vision;

namespace SuTI.Model.Tests.Evaluation;

public class EmbedderTests : LeakCheck
{
    static readonly string[] s_texts = ["a red robot", "", "a robot in the fog wearing a very long hat"];

    TemporaryFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void A_published_folder_embeds_as_its_network_does_whatever_the_batch()
    {
        string folder = SmallClip.Write(_folder.File("clip"));
        Image[] images = [.. Enumerable.Range(0, 5).Select(i => Picture(i, 40, 50))];
        using var scope = TensorScope.Open();
        using var store = new ParameterStore();
        var model = new ClipModel(store.Root, ClipConfig.Read(JsonConfig.Open(Path.Combine(folder, "config.json"))));
        store.Load(Path.Combine(folder, "model.safetensors"));
        float[] expected = model.EmbedImages(ImagePreprocessing.Clip(SmallClip.Side).Apply(images)).ToArray<float>();
        float[] texts = model.EmbedTexts(Tokenizers.Open(folder).EncodeBatch(s_texts).Ids).ToArray<float>();
        foreach (int batch in (ReadOnlySpan<int>)[1, 2, 32])
        {
            using var clip = ClipEmbedder.Open(folder, new() { Batch = batch });
            Assert.That(clip.Width, Is.EqualTo(SmallClip.Width));
            Assert.That(((IImageEmbedder)clip).EmbedImages(images).SelectMany(vector => vector), Is.EqualTo(expected).Within(1e-6));
            Assert.That(clip.EmbedTexts(s_texts).SelectMany(vector => vector), Is.EqualTo(texts).Within(1e-6));
            Assert.That(clip.EmbedTexts(s_texts)[0].Sum(value => (double)value * value), Is.EqualTo(1).Within(1e-5));
        }
    }

    [Test]
    public void Other_weights_have_another_digest_and_the_same_have_the_same()
    {
        using var first = ClipEmbedder.Open(SmallClip.Write(_folder.File("a")));
        using var second = ClipEmbedder.Open(SmallClip.Write(_folder.File("b"), seed: 2));
        using var third = ClipEmbedder.Open(SmallClip.Write(_folder.File("c")));
        Assert.That(second.Digest, Is.Not.EqualTo(first.Digest));
        Assert.That(third.Digest, Is.EqualTo(first.Digest));
    }

    [Test]
    public void Folders_that_do_not_fit_are_refused_in_words()
    {
        string folder = SmallClip.Write(_folder.File("clip"));
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), """{"image_processor_type": "CLIPImageProcessor"}""");
        Assert.That(() => ClipEmbedder.Open(folder), Throws.InstanceOf<SutiException>().With.Message.Contains("another size").And.Message.Contains("224x224"));
        File.Delete(Path.Combine(folder, "preprocessor_config.json"));
        Assert.That(() => ClipEmbedder.Open(folder), Throws.InstanceOf<SutiException>().With.Message.Contains("missing"));
        Assert.That(() => ClipEmbedder.Open(_folder.File("nowhere")), Throws.InstanceOf<SutiException>());
        string vit = FixtureFolder.Find("vit_dino_tiny").First();
        Assert.That(() => ClipEmbedder.Open(vit), Throws.InstanceOf<SutiException>().With.Message.Contains("is no CLIP"));
    }

    [Test]
    public void Dino_gives_the_class_token_of_pictures_prepared_as_its_authors_do()
    {
        string folder = FixtureFolder.Find("vit_dino_tiny").First();
        using var dino = DinoEmbedder.Open(folder, new() { Batch = 2 });
        using var scope = TensorScope.Open();
        using var store = new ParameterStore();
        var config = VitConfig.Read(JsonConfig.Open(Path.Combine(folder, "config.json")));
        var model = new VitModel(store.Root, config);
        store.Load(Path.Combine(folder, "model.safetensors"), new() { Rename = VitModel.ParameterPath });
        Image[] images = [Picture(1, 60, 40), Picture(2, 41, 90), Picture(3, 64, 64)];
        var input = ImagePreprocessing.Dino(config.ImageSize * 8 / 7, config.ImageSize).Apply(images);
        Assert.That(((IImageEmbedder)dino).EmbedImages(images).SelectMany(vector => vector),
            Is.EqualTo(model.Feature(input).L2Normalize().ToArray<float>()).Within(1e-6));
    }

    [Test]
    public void What_the_catalogue_holds_is_not_computed_again()
    {
        using var run = RunCatalogue.OpenOrCreate(_folder.File("run"));
        var model = new ColourEmbedder();
        var cache = new EmbeddingCache(run.Embeddings, model, model);
        var red = (PixelDigest: "r", Prepared: new Func<Image>(() => model.Prepare(Solid(200, 0, 0))));
        var green = (PixelDigest: "g", Prepared: new Func<Image>(() => model.Prepare(Solid(0, 9, 0))));
        Assert.That(cache.Images([red, green, red]), Is.EqualTo((float[][])[[1, 0, 0], [0, 1, 0], [1, 0, 0]]));
        Assert.That(cache.Texts(["a blue thing", "a blue thing"])[1], Is.EqualTo([0f, 0f, 1f]));
        Assert.That((model.Pictures, model.Texts, cache.Computed), Is.EqualTo((2, 1, 3L)));
        var again = new ColourEmbedder();
        Assert.That(new EmbeddingCache(run.Embeddings, again, again).Images([green])[0], Is.EqualTo([0f, 1f, 0f]));
        Assert.That(again.Pictures, Is.Zero);
        var other = new ColourEmbedder { Digest = "another model" };
        new EmbeddingCache(run.Embeddings, other, other).Images([green]);
        Assert.That(other.Pictures, Is.EqualTo(1));
    }

    static Image Solid(byte red, byte green, byte blue) => new(1, 1, 3, [red, green, blue]);

    static Image Picture(int seed, int width, int height)
    {
        byte[] samples = new byte[width * height * 3];
        new Random(seed).NextBytes(samples);
        return new(width, height, 3, samples);
    }
}
