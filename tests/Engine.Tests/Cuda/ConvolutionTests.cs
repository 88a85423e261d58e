using System.Runtime.InteropServices;
using SuTI.Engine.Catalogue;
using SuTI.Engine.Cuda;
using SuTI.Engine.Cuda.Native;
using SuTI.Kernels;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>What the catalogue's small shapes do not reach: every tile, parts of k, tf32, the choice of plans.</summary>
[NonParallelizable]
public class ConvolutionTests : LeakCheck
{
    // More than one tile of every size on each side, with edges, forward and in both gradients.
    static readonly OpVariant s_severalTiles = new("several_tiles",
        [new([1, 12, 11, 24]), new([168, 3, 3, 24]) { IsWeight = true }, new([168]) { IsWeight = true }],
        t => t[0].Conv2d(t[1], t[2], padding: 1), _ => throw new InvalidOperationException("the reference is the processor's f64"));

    static readonly OpVariant s_stride = new("stride_2",
        [new([2, 13, 12, 16]), new([24, 3, 3, 16]) { IsWeight = true }],
        t => t[0].Conv2d(t[1], stride: 2, padding: 1), _ => throw new InvalidOperationException("the reference is the processor's f64"));

    static readonly OpVariant s_joined = new("joined_and_upsampled",
        [new([1, 6, 5, 16]), new([72, 3, 3, 40]) { IsWeight = true }, new([1, 6, 5, 24])],
        t => t[0].Conv2d(t[1], padding: 1, second: t[2], upsampled: true),
        _ => throw new InvalidOperationException("the reference is the processor's f64"));

    // What SUTI_TUNE=1 found fastest on an H200 in bf16; results differ from runner-ups by more than the noise.
    static readonly object[] s_measured =
    [
        new object[] { new ConvSizes(1, 32, 32, 640, 640, 3, 3), new ConvPlan(new(128, 128, 8, 2, 4, 3), 3) },
        new object[] { new ConvSizes(1, 16, 16, 1280, 1280, 3, 3), new ConvPlan(new(128, 128, 8, 2, 4, 3), 6) },
        new object[] { new ConvSizes(2, 16, 16, 1280, 1280, 3, 3), new ConvPlan(new(128, 128, 8, 2, 4, 3), 3) },
        new object[] { new ConvSizes(1, 8, 8, 1280, 1280, 3, 3), new ConvPlan(new(64, 64, 4, 2, 2, 4), 12) },
        new object[] { new ConvSizes(4, 16, 16, 256, 256, 3, 3), new ConvPlan(new(64, 64, 4, 2, 2, 4), 4) },
        new object[] { new ConvSizes(1, 64, 64, 320, 320, 3, 3), new ConvPlan(new(128, 160, 4, 2, 4, 4), 2) },
    ];

    static CudaDevice Cuda => Device.Cuda();

    static IEnumerable<int> TensorTiles => Enumerable.Range(0, ConvolutionPlans.Tiles(tensorCores: true, isAligned: true).Length);

    static IEnumerable<int> FloatTiles => Enumerable.Range(0, ConvolutionPlans.Tiles(tensorCores: false, isAligned: true).Length);

    [TearDown]
    public void Restore()
    {
        Cuda.ConvolutionPlans.Forced = null;
        Cuda.AllowsTf32 = false;
    }

    [Test]
    public void Tiles_of_halves([ValueSource(nameof(TensorTiles))] int tile, [Values(1, 3)] int parts)
    {
        Cuda.ConvolutionPlans.Forced = new(ConvolutionPlans.Tiles(tensorCores: true, isAligned: true)[tile], parts);
        Check(s_severalTiles, DType.BFloat16);
        Check(s_stride, DType.BFloat16);
        Check(s_joined, DType.BFloat16);
    }

    [Test]
    public void Tiles_of_floats([ValueSource(nameof(FloatTiles))] int tile, [Values(1, 3)] int parts)
    {
        Cuda.ConvolutionPlans.Forced = new(ConvolutionPlans.Tiles(tensorCores: false, isAligned: true)[tile], parts);
        Check(s_severalTiles, DType.Float32);
        Check(s_stride, DType.Float32);
    }

    // Each operand is rounded by at most 2^-11 of itself.
    [Test]
    public void Tiles_of_tf32([Values(0, 5)] int tile, [Values(1, 3)] int parts)
    {
        Cuda.ConvolutionPlans.Forced = new(ConvolutionPlans.Tiles(tensorCores: true, isAligned: true)[tile], parts);
        Cuda.AllowsTf32 = true;
        const double Roundoff = 1.0 / 1024;
        Check(s_severalTiles with { SingleTolerance = Roundoff }, DType.Float32);
        Check(s_stride with { SingleTolerance = Roundoff }, DType.Float32);
    }

    [Test]
    public void Parts_are_added_in_one_order()
    {
        Cuda.ConvolutionPlans.Forced = new(ConvolutionPlans.Tiles(tensorCores: true, isAligned: true)[^1], 5);
        var first = OfHalves();
        var second = OfHalves();
        Assert.That(second, Is.EqualTo(first));
    }

    [Test]
    public void Shared_memory_is_read_without_bank_conflicts()
    {
        if (!NativeLibraries.IsEmulated)
            Assert.Ignore("the emulated driver counts them");
        foreach (var tile in ConvolutionPlans.Tiles(tensorCores: true, isAligned: true))
        {
            Cuda.ConvolutionPlans.Forced = new(tile, 1);
            var (matrices, ways) = LdmatrixCounters();
            OfHalves();
            var (matricesAfter, waysAfter) = LdmatrixCounters();
            Assert.That(matricesAfter, Is.GreaterThan(matrices));
            Assert.That((double)(waysAfter - ways) / (matricesAfter - matrices), Is.EqualTo(1.0), $"{tile}");
        }
    }

    [Test]
    public void Few_tiles_share_k_among_parts()
    {
        // 64 pixels, 1280 channels, K = 11520 on 132 multiprocessors: a tile each would leave most of the device idle.
        var plans = new ConvolutionPlans(132);
        var inner = plans.Ranked(Problem(new ConvSizes(1, 8, 8, 1280, 1280, 3, 3).WithPadding(1)))[0];
        var outer = plans.Ranked(Problem(new ConvSizes(16, 64, 64, 320, 320, 3, 3).WithPadding(1)))[0];
        Assert.That(inner.Parts, Is.GreaterThanOrEqualTo(4), $"{inner}");
        Assert.That(outer, Is.EqualTo(new ConvPlan(new(128, 160, 4, 2, 4, 4), 1)));
    }

    [TestCaseSource(nameof(s_measured))]
    public void The_model_chooses_what_was_fastest(object sizes, object plan)
        => Assert.That(new ConvolutionPlans(132).Ranked(Problem(((ConvSizes)sizes).WithPadding(1)))[0], Is.EqualTo(plan));

    [Test]
    public void Timed_choices_are_kept_on_disk()
    {
        string folder = Directory.CreateTempSubdirectory("suti-timings-").FullName;
        try
        {
            string path = Path.Combine(folder, "deeper", "convolutions.jsonl");
            var problem = Problem(new ConvSizes(1, 4, 4, 64, 64, 3, 3).WithPadding(1));
            var plan = new ConvPlan(ConvolutionPlans.Tiles(tensorCores: true, isAligned: true)[2], 2);
            new ConvolutionTimings(path, "a").Add(problem, plan, 12.5);
            File.AppendAllText(path, "{\"shape\": \"cut o");
            Assert.That(new ConvolutionTimings(path, "a").Find(problem), Is.EqualTo(plan));
            Assert.That(new ConvolutionTimings(path, "b").Find(problem), Is.Null);
            Assert.That(new ConvolutionTimings(path, "a").Find(problem with { Type = DType.Float16 }), Is.Null);
            File.WriteAllText(path, File.ReadAllText(path).Replace("128", "127", StringComparison.Ordinal));
            Assert.That(new ConvolutionTimings(path, "a").Find(problem), Is.Null, "a tile that there is not");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Tuning_times_and_computes_the_same()
    {
        string path = Path.Combine(Path.GetTempPath(), $"suti-timings-{Guid.NewGuid():N}.jsonl");
        var before = Cuda.Timings;
        try
        {
            Cuda.Timings = new(path, "test");
            Cuda.TunesConvolutions = true;
            Check(s_stride, DType.BFloat16);
            Assert.That(File.ReadAllLines(path), Has.Length.EqualTo(3), "forward and two gradients");
        }
        finally
        {
            Cuda.TunesConvolutions = false;
            Cuda.Timings = before;
            File.Delete(path);
        }
    }

    static ConvProblem Problem(in ConvSizes sizes) => ConvProblem.Of(ConvProduct.Forward, DType.BFloat16, tensorCores: true, isAligned: true, sizes);

    static void Check(OpVariant variant, DType type)
    {
        string? wrong = OpChecks.Against(variant, Cuda, type);
        Assert.That(wrong, Is.Null, wrong);
    }

    static double[] OfHalves()
    {
        using var scope = TensorScope.Open();
        Tensor Draw(params int[] shape)
        {
            float[] values = Enumerable.Range(0, (int)((Shape)shape).Length).Select(i => MathF.Sin(i * 1.7f)).ToArray();
            return Tensor.From(values, shape, Cuda).Cast(DType.BFloat16);
        }
        var x = Draw(1, 12, 11, 24);
        var weight = Draw(40, 3, 3, 24);
        x.RequiresGradient = weight.RequiresGradient = true;
        var y = x.Conv2d(weight, padding: 1);
        y.Backward(Draw(1, 12, 11, 40));
        return [.. y.ToDoubles(), .. x.Gradient!.ToDoubles(), .. weight.Gradient!.ToDoubles()];
    }

    static (long Matrices, long Ways) LdmatrixCounters()
    {
        Cuda.Synchronize();
        nint library = NativeLibrary.Load(CudaRuntime.Instance.DriverPath);
        var read = Marshal.GetDelegateForFunctionPointer<ReadCounters>(NativeLibrary.GetExport(library, "emu_counters"));
        long[] counters = new long[16];
        read(counters);
        return (counters[6], counters[7]);
    }

    delegate void ReadCounters([Out] long[] counters);
}
