namespace SuTI.Engine.Tests.Randomness;

public class RandomTests : LeakCheck
{
    static readonly RandomKey s_key = RandomKey.For("noise", seed: 42, step: 3);

    [Test]
    public void A_purpose_is_the_same_number_in_every_version()
    {
        // FNV-1a, 32 bits, published: "" 0x811c9dc5, "a" 0xe40c292c, "foobar" 0xbf9cf968; the top bit is cleared.
        Assert.That(RandomKey.For("", 0).Purpose, Is.EqualTo(0x811c9dc5 & 0x7FFFFFFF));
        Assert.That(RandomKey.For("a", 0).Purpose, Is.EqualTo(0xe40c292c & 0x7FFFFFFF));
        Assert.That(RandomKey.For("foobar", 0).Purpose, Is.EqualTo(0xbf9cf968 & 0x7FFFFFFF));
        Assert.That(s_key.At(9), Is.EqualTo(RandomKey.For("noise", 42, 9)));
    }

    [Test]
    public void Parts_of_a_batch_hold_the_numbers_of_the_whole([Values] bool normal,
        [Values(DType.Float32, DType.Float64)] DType dtype)
    {
        using var scope = TensorScope.Open();
        Tensor Draw(Shape shape, uint first)
            => normal ? Tensor.Normal(shape, s_key, first, dtype) : Tensor.Uniform(shape, s_key, first, dtype);
        double[] whole = Draw([5, 3, 7], 10).ToDoubles();
        double[] parts = [.. Draw([2, 3, 7], 10).ToDoubles(), .. Draw([3, 21], 12).ToDoubles()];
        Assert.That(parts, Is.EqualTo(whole));
        Assert.That(Draw([1, 21], 11).ToDoubles(), Is.EqualTo(whole[21..42]));
        Assert.That(Draw([], 10).ToDoubles(), Is.EqualTo(whole[..1]));
        Assert.That(Draw([0, 4], 0).ToDoubles(), Is.Empty);
    }

    [Test]
    public void Threads_change_nothing()
    {
        using var scope = TensorScope.Open();
        int threads = Device.Cpu.Threads;
        try
        {
            Device.Cpu.Threads = 1;
            float[] expected = Tensor.Normal([3, 40_000], s_key).ToArray<float>();
            Device.Cpu.Threads = 7;
            Assert.That(Tensor.Normal([3, 40_000], s_key).ToArray<float>(), Is.EqualTo(expected));
        }
        finally
        {
            Device.Cpu.Threads = threads;
        }
    }

    [Test]
    public void Seed_purpose_and_step_each_give_other_numbers()
    {
        using var scope = TensorScope.Open();
        float[] Draw(RandomKey key) => Tensor.Uniform([64], key).ToArray<float>();
        float[][] draws = [Draw(s_key), Draw(s_key with { Seed = 43 }), Draw(s_key with { Purpose = 1 }),
            Draw(s_key.At(4))];
        for (int i = 0; i < draws.Length; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.That(draws[i].Zip(draws[j]).Count(pair => pair.First == pair.Second), Is.LessThan(4),
                    $"{i} and {j}");
        }
    }

    [Test]
    public void Distributions_have_their_moments()
    {
        using var scope = TensorScope.Open();
        const int count = 100_000;
        double[] normal = Tensor.Normal([count], s_key).ToDoubles(),
            uniform = Tensor.Uniform([count], s_key).ToDoubles();
        // Five standard deviations of each estimate.
        double bound = 5 / Math.Sqrt(count);
        Assert.That(normal.Average(), Is.Zero.Within(bound));
        Assert.That(normal.Average(v => v * v), Is.EqualTo(1).Within(bound * Math.Sqrt(2)));
        Assert.That(uniform.Average(), Is.EqualTo(0.5).Within(bound * Math.Sqrt(1 / 12.0)));
        Assert.That(uniform, Is.All.InRange(0, 1).And.All.LessThan(1));
        long[] dice = Tensor.RandomInt([count], 6, s_key).ToArray<long>();
        foreach (var face in dice.GroupBy(v => v))
            Assert.That(face.Count() / (double)count, Is.EqualTo(1 / 6.0).Within(bound * Math.Sqrt(5) / 6),
                $"{face.Key}");
        Assert.That(dice.Distinct().Order(), Is.EqualTo(new long[] { 0, 1, 2, 3, 4, 5 }));
        Assert.That(Tensor.RandomPermutation(50, s_key).Order(), Is.EqualTo(Enumerable.Range(0, 50)));
    }

    [Test]
    public void Wrong_requests_are_refused()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([2, 3]);
        Assert.That(x.Dropout(0, s_key), Is.SameAs(x));
        Assert.That(() => x.Dropout(1.5, s_key),
            Throws.TypeOf<SutiException>().With.Message.Contains("between 0 and 1"));
        Assert.That(() => x.Dropout(double.NaN, s_key), Throws.TypeOf<SutiException>());
        Assert.That(() => Tensor.Full([2], 1, DType.Int64).Dropout(0.5, s_key), Throws.TypeOf<DTypeException>());
        Assert.That(() => Tensor.Normal([2], s_key, dtype: DType.BFloat16), Throws.TypeOf<DTypeException>());
        Assert.That(() => Tensor.RandomInt([2], 0, s_key),
            Throws.TypeOf<SutiException>().With.Message.Contains("positive"));
        Assert.That(() => Tensor.Uniform([2], new(1, 0x8000_0000)),
            Throws.TypeOf<SutiException>().With.Message.Contains("2^31"));
    }
}
