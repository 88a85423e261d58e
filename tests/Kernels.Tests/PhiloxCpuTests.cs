namespace SuTI.Kernels.Tests;

public unsafe class PhiloxCpuTests
{
    static readonly PhiloxSource s_source = new(0x1234_5678_9abc_def0, Purpose: 3, Step: 17);

    // Known answers of the authors' distribution (Random123, kat_vectors, philox4x32 with 10 rounds).
    [TestCase(0u, 0u, 0u, 0u, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(~0u, ~0u, ~0u, ~0u, ~0ul, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0_a4093822ul, 0xd16cfe09u, 0x94fdccebu,
        0x5001e420u, 0x24126ea1u)]
    public void Published_known_answers(uint c0, uint c1, uint c2, uint c3, ulong key, uint w0, uint w1, uint w2,
        uint w3)
        => Assert.That(PhiloxCpu.Block((c0, c1, c2, c3), key), Is.EqualTo((w0, w1, w2, w3)));

    [Test]
    public void Element_e_is_word_e_mod_4_of_its_counter()
    {
        var y = Uniform<float>(s_source, 3 * 101, 101);
        var wide = Uniform<double>(s_source, 3 * 101, 101);
        for (int i = 0; i < y.Length; i++)
        {
            uint sample = (uint)(i / 101);
            uint element = (uint)(i % 101);
            uint word = Word(PhiloxCpu.Block((element / 4, sample, 17, 3), s_source.Seed), element);
            uint second = Word(PhiloxCpu.Block((element / 4, sample, 17, 3 | 0x8000_0000), s_source.Seed), element);
            Assert.That(y[i], Is.EqualTo((word >> 8) / 16777216f));
            Assert.That(wide[i], Is.EqualTo(((((ulong)word << 32) | (second & 0xffff_ffc0)) >> 11) * Math.Pow(2,
                -53)).Within(Math.Pow(2, -26)));
            Assert.That(wide[i], Is.EqualTo(((word >> 5) * 67108864.0 + (second >> 6)) / 9007199254740992.0));
            Assert.That((float)Math.Floor(wide[i] * 16777216) / 16777216, Is.EqualTo(y[i]));
        }

        static uint Word((uint, uint, uint, uint) block, uint element)
            => (element % 4) switch { 0 => block.Item1, 1 => block.Item2, 2 => block.Item3, _ => block.Item4 };
    }

    [Test]
    public void Every_width_gives_the_bits_of_one_lane()
    {
        Widths<RawWords>(default);
        Widths<UniformWords>(default);
        Widths<NormalWords>(default);
        Widths(new ThresholdWords(0x9000_0000, 2, 3));

        static void Widths<TMap>(TMap map) where TMap : struct, IWordMap
        {
            var words = new PhiloxWords(s_source.Seed, 17, 3);
            for (int sample = 0; sample < 40; sample++)
                foreach (int first in new[] { 0, 1, 2, 3, 70, 1_000_001 })
                    foreach (int count in new[] { 0, 1, 3, 5, 63, 64, 65, 200, 2000 })
                    {
                        var expected = Fill<U32x1, TMap>(words, map, sample, first, count);
                        if (System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
                            Same(Fill<U32x16, TMap>(words, map, sample, first, count), expected);
                        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
                            Same(Fill<U32x8, TMap>(words, map, sample, first, count), expected);
                    }
        }

        static void Same(uint[] actual, uint[] expected) => Assert.That(actual.AsSpan().SequenceEqual(expected));

        static uint[] Fill<TLanes, TMap>(PhiloxWords words, TMap map, int sample, int first, int count)
            where TLanes : unmanaged, ILanes<TLanes>
            where TMap : struct, IWordMap
        {
            var y = new Fenced<uint>(count);
            fixed (uint* p = y.Span)
                words.Fill<TLanes, TMap>(p, (uint)sample, (uint)first, count, map);
            return y.Checked();
        }
    }

    // The number was written down once; machines with other vector units, or none, must arrive at it too.
    [Test]
    public void Normals_are_the_same_bits_on_every_machine()
    {
        var z = new float[100_000];
        PhiloxCpu.Normal<float>(ThreadCounts.Many, s_source, z, 5000);
        ulong hash = 14695981039346656037;
        foreach (float value in z)
            hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211;
        Assert.That(hash, Is.EqualTo(14088171312177323970ul));
    }

    [Test]
    public void Normals_are_the_exact_transform_to_seven_digits()
    {
        const int Count = 400_000;
        var words = new uint[Count];
        var normals = new float[Count];
        var generator = new PhiloxWords(5, 0, 0);
        fixed (uint* w = words)
        fixed (float* z = normals)
        {
            generator.Fill(w, 0, 0, Count, default(RawWords));
            generator.Fill((uint*)z, 0, 0, Count, default(NormalWords));
        }
        double worst = 0;
        for (int i = 0; i < Count; i += 2)
        {
            // u as the specification rounds it; the angle exactly.
            double u = (float)((words[i] + 0.5) / 4294967296.0);
            double radius = Math.Sqrt(-2 * Math.Log(u));
            double angle = Math.PI / 2 * ((words[i + 1] >> 30) + (int)(words[i + 1] << 2) / 4294967296.0);
            worst = Math.Max(worst, Gap(normals[i], radius * Math.Cos(angle)));
            worst = Math.Max(worst, Gap(normals[i + 1], radius * Math.Sin(angle)));
        }
        Assert.That(worst, Is.LessThan(5e-7));

        static double Gap(float actual, double exact) => Math.Abs(actual - exact) / Math.Max(Math.Abs(exact), 1e-9);
    }

    // Words at the ends of both ranges: smallest and largest u, angles at the quadrants' borders.
    [Test]
    public void Extreme_words_give_finite_normals()
    {
        uint[] extremes = [0, 1, 0x7f, 0x80, 0xffff_ffff, 0xffff_ff80, 0xffff_ff7f, 0xaaaa_aaaa, 0x2000_0000,
            0x1fff_ffff, 0x4000_0000, 0x6000_0000, 0x8000_0000, 0xc000_0000, 0xe000_0000];
        uint* words = stackalloc uint[4];
        foreach (uint a in extremes)
            foreach (uint b in extremes)
            {
                (words[0], words[1], words[2], words[3]) = (a, b, a, b);
                default(NormalWords).Map<U32x1>(words, 1);
                double radius = Math.Sqrt(-2 * Math.Log((float)((a + 0.5) / 4294967296.0)));
                double c = ((float*)words)[0], s = ((float*)words)[1];
                Assert.That(Math.Sqrt(c * c + s * s), Is.EqualTo(radius).Within(1e-6 * radius));
            }
    }

    [Test]
    public void Normals_have_the_moments_tails_and_distribution_of_the_normal_law()
    {
        const int Count = 4_000_000;
        var z = new float[Count];
        PhiloxCpu.Normal<float>(ThreadCounts.Many, s_source, z, 1000);
        double m1 = 0, m2 = 0, m3 = 0, m4 = 0, neighbours = 0;
        int beyond3 = 0, beyond4 = 0;
        for (int i = 0; i < Count; i++)
        {
            double x = z[i];
            m1 += x;
            m2 += x * x;
            m3 += x * x * x;
            m4 += x * x * x * x;
            neighbours += i > 0 ? x * z[i - 1] : 0;
            beyond3 += Math.Abs(x) > 3 ? 1 : 0;
            beyond4 += Math.Abs(x) > 4 ? 1 : 0;
        }
        // Bounds of 4.5 standard errors: 1, √2, √15, √96 over √Count; Poisson for the tails.
        double error = 4.5 / Math.Sqrt(Count);
        Assert.That(m1 / Count, Is.Zero.Within(error));
        Assert.That(m2 / Count, Is.EqualTo(1).Within(error * Math.Sqrt(2)));
        Assert.That(m3 / Count, Is.Zero.Within(error * Math.Sqrt(15)));
        Assert.That(m4 / Count, Is.EqualTo(3).Within(error * Math.Sqrt(96)));
        Assert.That(neighbours / Count, Is.Zero.Within(error));
        Assert.That(beyond3, Is.EqualTo(0.0026997960632601866 * Count).Within(4.5 * Math.Sqrt(0.0027 * Count)));
        Assert.That(beyond4, Is.EqualTo(6.334248366623996e-05 * Count).Within(4.5 * Math.Sqrt(6.33e-5 * Count)));
        // Kolmogorov and Smirnov at probability 1e-4: 2.23 / √n.
        Array.Sort(z);
        double distance = 0;
        for (int i = 0; i < Count; i += 64)
            distance = Math.Max(distance, Math.Abs(NormalDistribution(z[i]) - (i + 0.5) / Count));
        Assert.That(distance, Is.LessThan(2.23 / Math.Sqrt(Count)));
    }

    // Φ by the continued fraction of Laplace beyond 3 and the Taylor series within.
    static double NormalDistribution(double x)
    {
        double a = Math.Abs(x), upper;
        double density = Math.Exp(-a * a / 2) / Math.Sqrt(2 * Math.PI);
        if (a < 3)
        {
            double term = a, sum = a;
            for (int k = 1; k < 60; k++)
                sum += term *= a * a / (2 * k + 1);
            upper = 0.5 - density * sum;
        }
        else
        {
            double fraction = a;
            for (int k = 60; k > 0; k--)
                fraction = a + k / fraction;
            upper = density / fraction;
        }
        return x > 0 ? 1 - upper : upper;
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(257)]
    [TestCase(40_001)]
    public void Numbers_depend_neither_on_threads_nor_on_the_split_of_the_batch(int elements)
    {
        const int Samples = 7;
        foreach (var draw in new Action<WorkerPool, PhiloxSource, Span<float>>[]
        {
            (pool, source, y) => PhiloxCpu.Normal(pool, source, y, elements),
            (pool, source, y) => PhiloxCpu.Uniform(pool, source, y, elements),
            (pool, source, y) => PhiloxCpu.Bernoulli(pool, source, y, elements, 0.3),
        })
        {
            var whole = ThreadCounts.Same(pool =>
            {
                var y = new Fenced<float>(Samples * elements);
                draw(pool, s_source, y.Span);
                return y.Checked();
            });
            var parts = new float[Samples * elements];
            draw(ThreadCounts.Many, s_source, parts.AsSpan(0, 2 * elements));
            draw(ThreadCounts.Many, s_source with { FirstSample = 2 }, parts.AsSpan(2 * elements, 4 * elements));
            draw(ThreadCounts.Many, s_source with { FirstSample = 6 }, parts.AsSpan(6 * elements));
            Assert.That(parts.AsSpan().SequenceEqual(whole));
        }
    }

    [Test]
    public void Doubles_are_the_floats_widened_and_other_streams_differ()
    {
        var narrow = new float[5000];
        var wide = new double[5000];
        PhiloxCpu.Normal<float>(ThreadCounts.Many, s_source, narrow, 2500);
        PhiloxCpu.Normal<double>(ThreadCounts.Many, s_source, wide, 2500);
        Assert.That(wide, Is.EqualTo(narrow.Select(v => (double)v)));
        foreach (var other in new[] { s_source with { Seed = 1 }, s_source with { Step = 18 },
            s_source with { Purpose = 4 }, s_source with { FirstSample = 2 } })
        {
            var y = new float[5000];
            PhiloxCpu.Normal<float>(ThreadCounts.Many, other, y, 2500);
            Assert.That(y.Zip(narrow).Count(pair => pair.First == pair.Second), Is.LessThan(10));
        }
    }

    [Test]
    public void Integers_cover_their_range_evenly()
    {
        var y = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<int>(700_000);
            PhiloxCpu.Integers(pool, s_source, buffer.Span, 1000, 7);
            return buffer.Checked();
        });
        int[] counts = [.. Enumerable.Range(0, 7).Select(value => y.Count(v => v == value))];
        Assert.That(counts.Sum(), Is.EqualTo(y.Length));
        // Chi-squared with 6 degrees of freedom is above 27.9 once in 10 000.
        Assert.That(counts.Sum(c => Math.Pow(c - 100_000, 2) / 100_000), Is.LessThan(27.9));
        var large = new long[1000];
        PhiloxCpu.Integers<long>(ThreadCounts.Many, s_source, large, 1000, long.MaxValue);
        Assert.That(large.Min(), Is.GreaterThanOrEqualTo(0));
        Assert.That(large.Average(v => (double)v), Is.EqualTo(long.MaxValue / 2.0).Within(0.05 * long.MaxValue));
        Assert.That(() => PhiloxCpu.Integers<int>(ThreadCounts.Many, s_source, new int[4], 4, 1L << 40),
            Throws.InstanceOf<OverflowException>());
        Assert.That(() => PhiloxCpu.Integers<int>(ThreadCounts.Many, s_source, new int[4], 4, 0),
            Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Permutations_are_permutations_and_fair()
    {
        foreach (int length in new[] { 0, 1, 2, 1024, 1025, 5000 })
        {
            var y = new int[length];
            PhiloxCpu.Permutation(s_source, y);
            Assert.That(y.Order(), Is.EqualTo(Enumerable.Range(0, length)));
        }
        var counts = new Dictionary<string, int>();
        var small = new int[4];
        for (uint trial = 0; trial < 24_000; trial++)
        {
            PhiloxCpu.Permutation(s_source with { FirstSample = trial }, small);
            string key = string.Concat(small);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        Assert.That(counts, Has.Count.EqualTo(24));
        // Chi-squared with 23 degrees of freedom is above 55.5 once in 6000.
        Assert.That(counts.Values.Sum(c => Math.Pow(c - 1000, 2) / 1000), Is.LessThan(55.5));
    }

    [TestCase(0.0)]
    [TestCase(0.1)]
    [TestCase(0.75)]
    [TestCase(1.0)]
    public void Dropout_keeps_the_mean_and_its_gradient_has_the_same_mask(double p)
    {
        const int Count = 200_003;
        float[] x = [.. Enumerable.Range(0, Count).Select(i => i % 100 + 1f)];
        var y = ThreadCounts.Same(pool =>
        {
            var buffer = new Fenced<float>(Count);
            PhiloxCpu.Dropout<float>(pool, s_source, x, buffer.Span, Count, p);
            return buffer.Checked();
        });
        double[] wide = [.. x.Select(v => (double)v)];
        PhiloxCpu.Dropout<double>(ThreadCounts.Many, s_source, wide, wide, Count, p);
        var dx = new float[Count];
        PhiloxCpu.Dropout<float>(ThreadCounts.Many, s_source, [.. Enumerable.Repeat(2f, Count)], dx, Count, p);
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            bool isKept = y[i] != 0;
            kept += isKept ? 1 : 0;
            double scale = isKept ? 1 / (1 - p) : 0;
            if (Math.Abs(y[i] - x[i] * scale) > 1e-6 * x[i] * scale || Math.Abs(wide[i] - x[i] * scale) > 1e-15 * x[i] * scale || Math.Abs(dx[i] - 2 * scale) > 1e-6 * scale)
                Assert.Fail($"element {i}: {y[i]} {wide[i]} {dx[i]}");
        }
        Assert.That(kept, Is.EqualTo((1 - p) * Count).Within(4.5 * Math.Sqrt(Count * p * (1 - p))));
    }

    [Test]
    public void Wrong_arguments_are_refused_and_nothing_is_legal()
    {
        var pool = ThreadCounts.Many;
        PhiloxCpu.Normal<float>(pool, s_source, [], 0);
        Assert.That(() => PhiloxCpu.Normal<float>(pool, s_source, new float[10], 3), Throws.ArgumentException);
        Assert.That(() => PhiloxCpu.Normal<float>(pool, s_source, new float[10], 0), Throws.ArgumentException);
        Assert.That(() => PhiloxCpu.Normal<float>(pool, s_source with { Purpose = 1u << 31 }, new float[10], 5),
            Throws.ArgumentException);
        Assert.That(() => PhiloxCpu.Bernoulli<float>(pool, s_source, new float[10], 5, 1.5), Throws.ArgumentException);
        Assert.That(() => PhiloxCpu.Bernoulli<float>(pool, s_source, new float[10], 5, double.NaN),
            Throws.ArgumentException);
        Assert.That(() => PhiloxCpu.Dropout<float>(pool, s_source, new float[9], new float[10], 5, 0.5),
            Throws.ArgumentException);
    }

    static T[] Uniform<T>(PhiloxSource source, int length, int elements)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var y = new T[length];
        PhiloxCpu.Uniform<T>(ThreadCounts.Many, source, y, elements);
        return y;
    }
}
