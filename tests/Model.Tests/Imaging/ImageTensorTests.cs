using SuTI.Model.Imaging;

namespace SuTI.Model.Tests.Imaging;

public class ImageTensorTests : LeakCheck
{
    [TestCase(PixelRange.ZeroToOne, 0f, 1f)]
    [TestCase(PixelRange.MinusOneToOne, -1f, 1f)]
    public void Black_and_white_are_the_ends_of_the_range(PixelRange range, float black, float white)
    {
        using var scope = TensorScope.Open("test");
        var tensor = new Image(2, 1, 1, [0, 255]).ToTensor(range);
        Assert.That(tensor.Shape.ToArray(), Is.EqualTo(new[] { 1, 1, 2, 3 }));
        Assert.That(tensor.ToArray<float>(),
            Is.EqualTo(new[] { black, black, black, white, white, white }).Within(1e-7));
        var deep = new Image(1, 1, 1, 16);
        deep.Samples16()[0] = 65535;
        Assert.That(deep.ToTensor(range).ToArray<float>(), Is.EqualTo(new[] { white, white, white }).Within(1e-7));
    }

    [Test]
    public void Every_sample_survives_the_way_there_and_back(
        [Values] PixelRange range, [Values(DType.Float32, DType.Float64, DType.Float16)] DType dtype)
    {
        using var scope = TensorScope.Open("test");
        var image = new Image(16, 16, 3, [.. Enumerable.Range(0, 768).Select(i => (byte)i)]);
        var images = ((Image[])[image, image]).ToTensor(range).Cast(dtype).ToImages(range);
        Assert.That(images, Has.Count.EqualTo(2));
        Assert.That(images[1].Bytes.SequenceEqual(image.Bytes));
    }

    [Test]
    public void Values_beyond_the_range_are_clamped_and_others_rounded()
    {
        using var scope = TensorScope.Open("test");
        float[] values = [-2, 2, float.PositiveInfinity, float.NegativeInfinity, 0.5f / 255, 1.5f / 255, 0.999f,
            0.0021f];
        var image = Tensor.From(values, [1, 2, 4, 1]).ToImage(PixelRange.ZeroToOne);
        Assert.That(image.ToString(), Is.EqualTo("4x2x1, 8 bits"));
        Assert.That(image.Bytes.ToArray(), Is.EqualTo(new byte[] { 0, 255, 255, 0, 0, 2, 255, 1 }));
    }

    [Test]
    public void What_is_no_picture_is_refused()
    {
        using var scope = TensorScope.Open("test");
        Assert.That(() => Tensor.From([1f, float.NaN], [1, 2, 1, 1]).ToImage(PixelRange.ZeroToOne),
            Throws.TypeOf<ImageException>().With.Message.Contains("NaN in picture 0 at (0, 1)"));
        Assert.Throws<ImageException>(() => Tensor.From(new float[5], [1, 1, 1, 5]).ToImages(PixelRange.ZeroToOne));
        Assert.Throws<ImageException>(() => Tensor.From(new float[4], [2, 2]).ToImages(PixelRange.ZeroToOne));
        Assert.Throws<ImageException>(() => Tensor.From(new int[3], [1, 1, 1, 3]).ToImages(PixelRange.ZeroToOne));
        Assert.Throws<ImageException>(() => Tensor.From(new float[6], [2, 1, 1, 3]).ToImage(PixelRange.ZeroToOne));
        Assert.Throws<ImageException>(() => ((Image[])[]).ToTensor(PixelRange.ZeroToOne));
        Assert.Throws<ImageException>(() => ((Image[])[new(1, 1, 3), new(2, 1, 3)]).ToTensor(PixelRange.ZeroToOne));
    }
}
