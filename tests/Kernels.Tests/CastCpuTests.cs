using System.Numerics;

namespace SuTI.Kernels.Tests;

public class CastCpuTests
{
    static TTo[] Cast<TFrom, TTo>(params TFrom[] x) where TFrom : unmanaged where TTo : unmanaged
        => ThreadCounts.Same(pool =>
        {
            var y = new Fenced<TTo>(x.Length);
            CastCpu.Cast<TFrom, TTo>(pool, x, y.Span);
            return y.Checked();
        });

    // A constraint object for each of so many elements would take most of the time.
    static void Expect(bool condition, int element)
    {
        if (!condition)
            Assert.Fail($"element {element}");
    }

    [Test]
    public void Every_half_goes_to_float_and_back()
    {
        Half[] halves = [.. Enumerable.Range(0, 65536).Select(i => BitConverter.UInt16BitsToHalf((ushort)i))];
        var floats = Cast<Half, float>(halves);
        var back = Cast<float, Half>(floats);
        for (int i = 0; i < halves.Length; i++)
        {
            bool isNaN = Half.IsNaN(halves[i]);
            Expect(isNaN ? float.IsNaN(floats[i]) : floats[i] == (float)halves[i], i);
            Expect(isNaN ? Half.IsNaN(back[i]) : BitConverter.HalfToUInt16Bits(back[i]) == i, i);
        }
    }

    [Test]
    public void Every_bfloat16_goes_to_float_and_back()
    {
        BFloat16[] numbers = [.. Enumerable.Range(0, 65536).Select(i => new BFloat16((ushort)i))];
        var floats = Cast<BFloat16, float>(numbers);
        var back = Cast<float, BFloat16>(floats);
        for (int i = 0; i < numbers.Length; i++)
        {
            Expect(BitConverter.SingleToInt32Bits(floats[i]) == i << 16, i);
            Expect(float.IsNaN(floats[i]) ? float.IsNaN((float)back[i]) : back[i] == numbers[i], i);
        }
    }

    [Test]
    public void Between_two_neighbours_the_nearer_is_taken_and_a_tie_goes_to_even()
    {
        var x = new List<float>();
        for (int i = 0; i < 0x7c00; i++)
        {
            double low = (double)BitConverter.UInt16BitsToHalf((ushort)i);
            double high = i == 0x7bff ? 65536 : (double)BitConverter.UInt16BitsToHalf((ushort)(i + 1));
            float middle = (float)((low + high) / 2);
            x.AddRange([middle, MathF.BitDecrement(middle), MathF.BitIncrement(middle), -middle,
                -MathF.BitIncrement(middle)]);
        }
        var y = Cast<float, Half>([.. x]);
        for (int i = 0; i < y.Length; i++)
        {
            int low = i / 5;
            int even = low + (low & 1);
            int expected = (i % 5) switch
            {
                0 => even,
                1 => low,
                2 => low + 1,
                3 => even | 0x8000,
                _ => (low + 1) | 0x8000
            };
            Expect(BitConverter.HalfToUInt16Bits(y[i]) == expected, i);
        }
        // The same rule for bf16, whose halfway points are the floats with lower half 0x8000.
        float[] ties = [.. Enumerable.Range(0, 3 * 0x7f80).Select(i => BitConverter.Int32BitsToSingle((i / 3 << 16) + 0x7fff + i % 3))];
        var rounded = Cast<float, BFloat16>(ties);
        for (int i = 0; i < ties.Length; i++)
            Expect(rounded[i].Bits == i / 3 + (i % 3 == 0 ? 0 : i % 3 == 1 ? (i / 3 & 1) : 1), i);
    }

    [Test]
    public void Specials_survive_narrowing()
    {
        float[] x = [.. Enumerable.Repeat(new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f,
            -1e30f, -0.0f, 1e-30f, float.MaxValue }, 5).SelectMany(v => v)];
        var half = Cast<float, Half>(x);
        var brain = Cast<float, BFloat16>(x);
        for (int i = 0; i < x.Length; i += 8)
        {
            Assert.That(half[i..(i + 8)].Select(v => (float)v), Is.EqualTo(new[] { float.NaN, float.PositiveInfinity,
                float.NegativeInfinity, float.PositiveInfinity, float.NegativeInfinity, -0.0f, 0,
                    float.PositiveInfinity }));
            Assert.That(float.IsNaN((float)brain[i]));
            Assert.That((float)brain[i + 1], Is.EqualTo(float.PositiveInfinity));
            Assert.That((float)brain[i + 7], Is.EqualTo(float.PositiveInfinity), "the largest float rounds up");
            Assert.That(float.IsNegative((float)brain[i + 5]));
        }
        // NaNs whose payload lies in the low bits only must not become infinite.
        var signalling = Cast<float, BFloat16>([.. Enumerable.Repeat(BitConverter.Int32BitsToSingle(0x7f80_0001), 19)]);
        Assert.That(signalling.All(v => float.IsNaN((float)v)));
        Assert.That(Cast<float, Half>([.. Enumerable.Repeat(BitConverter.Int32BitsToSingle(0x7f80_0001),
            19)]).All(Half.IsNaN));
    }

    [Test]
    public void Doubles_and_longs_are_rounded_once()
    {
        // Just above a bf16 tie, by less than a float can show.
        double tie = 1 + 1.0 / 256;
        Assert.That((float)Cast<double, BFloat16>(tie, tie + 1e-14, tie - 1e-14, -tie - 1e-14)[1],
            Is.EqualTo(1 + 1.0f / 128));
        Assert.That((float)Cast<double, BFloat16>(tie)[0], Is.EqualTo(1));
        Assert.That((float)Cast<double, BFloat16>(-tie - 1e-14)[0], Is.EqualTo(-1 - 1.0f / 128));
        Assert.That((float)Cast<double, BFloat16>(1e300)[0], Is.EqualTo(float.PositiveInfinity));
        Assert.That((float)Cast<double, BFloat16>(1e-300)[0], Is.Zero);
        long odd = (1L << 62) + (1L << 38) + 1; // just above halfway between two floats
        Assert.That(Cast<long, float>(odd, odd - 1, -odd), Is.EqualTo(new[] { 4.611686568e18f, 4.611686018e18f,
            -4.611686568e18f }));
        Assert.That(Cast<long, double>(long.MaxValue, long.MinValue, (1L << 53) + 1),
            Is.EqualTo(new[] { 9223372036854775807.0, -9223372036854775808.0, 9007199254740992.0 }));
        Assert.That((float)Cast<long, BFloat16>((1L << 62) + (1L << 54) + 1)[0],
            Is.EqualTo((float)((1L << 62) + (1L << 55))));
        Assert.That((double)Cast<int, Half>(70000)[0], Is.EqualTo(double.PositiveInfinity));
        Assert.That((double)Cast<int, Half>(2049, 2051)[1], Is.EqualTo(2052));
    }

    [Test]
    public void Integers_take_the_whole_part_and_saturate()
    {
        double[] x = [2.9, -2.9, 1e10, -1e10, 1e30, -1e30, double.NaN, double.PositiveInfinity, 255.5, 256];
        Assert.That(Cast<double, int>(x), Is.EqualTo(new[] { 2, -2, int.MaxValue, int.MinValue, int.MaxValue,
            int.MinValue, 0, int.MaxValue, 255, 256 }));
        Assert.That(Cast<double, long>(x), Is.EqualTo(new[] { 2, -2, 10_000_000_000, -10_000_000_000, long.MaxValue,
            long.MinValue, 0, long.MaxValue, 255, 256 }));
        Assert.That(Cast<double, byte>(x), Is.EqualTo(new byte[] { 2, 0, 255, 0, 255, 0, 0, 255, 255, 255 }));
        Assert.That(Cast<double, bool>(0, -0.0, 1e-320, double.NaN), Is.EqualTo(new[] { false, false, true, true }));
        Assert.That(Cast<long, int>(1L << 32, -1, 5), Is.EqualTo(new[] { 0, -1, 5 }));
        Assert.That(Cast<int, bool>(0, 256, -1), Is.EqualTo(new[] { false, true, true }));
        Assert.That(Cast<bool, float>(true, false), Is.EqualTo(new[] { 1f, 0f }));
        Assert.That(Cast<byte, float>(0, 255), Is.EqualTo(new[] { 0f, 255f }));
        Assert.That(Cast<float, double>(0.1f), Is.EqualTo(new[] { (double)0.1f }));
    }

    [Test]
    public void Every_pair_of_types_keeps_small_integers()
    {
        From<float>();
        From<double>();
        From<Half>();
        From<int>();
        From<long>();
        From<byte>();
        var brain = Cast<byte, BFloat16>(Numbers<byte>());
        Assert.That(Cast<BFloat16, byte>(brain), Is.EqualTo(Numbers<byte>()));
        Assert.That(Cast<BFloat16, long>(brain), Is.EqualTo(Numbers<long>()));
        Assert.That(Cast<BFloat16, Half>(brain), Is.EqualTo(Numbers<Half>()));
        Assert.That(Cast<BFloat16, bool>(brain).Count(v => !v), Is.EqualTo(1001));

        static void From<T>() where T : unmanaged, INumber<T>
        {
            Assert.That(Cast<T, float>(Numbers<T>()), Is.EqualTo(Numbers<float>()));
            Assert.That(Cast<T, double>(Numbers<T>()), Is.EqualTo(Numbers<double>()));
            Assert.That(Cast<T, Half>(Numbers<T>()), Is.EqualTo(Numbers<Half>()));
            Assert.That(Cast<T, int>(Numbers<T>()), Is.EqualTo(Numbers<int>()));
            Assert.That(Cast<T, long>(Numbers<T>()), Is.EqualTo(Numbers<long>()));
            Assert.That(Cast<T, byte>(Numbers<T>()), Is.EqualTo(Numbers<byte>()));
            Assert.That(Cast<T, BFloat16>(Numbers<T>()).Select(v => (float)v), Is.EqualTo(Numbers<float>()));
            Assert.That(Cast<T, bool>(Numbers<T>()), Is.EqualTo(Numbers<int>().Select(v => v != 0)));
        }

        static T[] Numbers<T>()
            where T : INumber<T> => [.. Enumerable.Range(0, 70_007).Select(i => T.CreateTruncating(i % 70))];
    }

    [Test]
    public void Unknown_types_and_unequal_lengths_are_refused()
    {
        Assert.That(() => CastCpu.Cast<float, decimal>(ThreadCounts.Many, new float[2], new decimal[2]),
            Throws.ArgumentException);
        Assert.That(() => CastCpu.Cast<float, double>(ThreadCounts.Many, new float[2], new double[3]),
            Throws.ArgumentException);
        Assert.That(Cast<float, double>(), Is.Empty);
    }
}
