namespace SuTI.Engine.Tests.Cuda;

/// <summary>Random numbers under CUDA are those of the processor, bit for bit.</summary>
public class CudaRandomTests : LeakCheck
{
    static readonly RandomKey s_key = RandomKey.For("noise", seed: 0xFEDC_BA98_7654_3210, step: 7);

    static readonly Shape[] s_shapes = [[], [5], [5, 3, 7], [3, 4], [2, 4003], [2, 40_000], [0, 4], [4, 1]];

    [Test]
    public void Normal_numbers([ValueSource(nameof(s_shapes))] Shape shape)
        => SameBits(device => Tensor.Normal(shape, s_key, firstSample: 3, device: device));

    [Test]
    public void Uniform_numbers([ValueSource(nameof(s_shapes))] Shape shape)
        => SameBits(device => Tensor.Uniform(shape, s_key, firstSample: 3, device: device));

    [Test]
    public void Dropout([ValueSource(nameof(s_shapes))] Shape shape)
        => SameBits(device => Tensor.Normal(shape, s_key, device: device).Dropout(0.3, s_key, firstSample: 9));

    [Test]
    public void Whole_numbers([ValueSource(nameof(s_shapes))] Shape shape, [Values(1, 1000, long.MaxValue)] long bound)
    {
        using var scope = TensorScope.Open();
        long[] Draw(Device device) => Tensor.RandomInt(shape, bound, s_key, firstSample: 3, device).ToArray<long>();
        Assert.That(Draw(Device.Cuda()), Is.EqualTo(Draw(Device.Cpu)));
    }

    [Test]
    public void There_is_no_f64()
    {
        using var scope = TensorScope.Open();
        Assert.That(() => Tensor.Normal([2], s_key, dtype: DType.Float64, device: Device.Cuda()), Throws.TypeOf<DTypeException>());
    }

    static void SameBits(Func<Device, Tensor> draw)
    {
        using var scope = TensorScope.Open();
        int[] Bits(Device device) => Array.ConvertAll(draw(device).ToArray<float>(), BitConverter.SingleToInt32Bits);
        Assert.That(Bits(Device.Cuda()), Is.EqualTo(Bits(Device.Cpu)));
    }
}
