using SuTI.Engine.Cuda;

namespace SuTI.Engine.Tests.Profiling;

/// <summary>What is told of compiled kernels: the compiler's log, exported names, occupancy.</summary>
public class KernelReportTests
{
    [Test]
    public void The_log_of_ptxas_is_read_for_each_entry()
    {
        const string log = """
            ptxas info    : 0 bytes gmem
            ptxas info    : Compiling entry function 'forward' for 'sm_90a'
            ptxas info    : Function properties for forward
                0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
            ptxas info    : Used 32 registers, used 1 barriers, 4096 bytes smem, 400 bytes cmem[0]
            ptxas info    : Compiling entry function 'backward' for 'sm_90a'
            ptxas info    : Function properties for backward
                24 bytes stack frame, 20 bytes spill stores, 16 bytes spill loads
            ptxas info    : Used 255 registers, 416 bytes cmem[0]
            """;
        var uses = KernelLog.Parse(log);
        Assert.That(uses["forward"], Is.EqualTo(new KernelUse(32, 4096, 0)));
        Assert.That(uses["backward"], Is.EqualTo(new KernelUse(255, 0, 24)));
        Assert.That(uses, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_log_without_kernels_tells_nothing() => Assert.That(KernelLog.Parse("warning: something"), Is.Empty);

    [Test]
    public void Exported_names_are_those_of_the_last_list()
        => Assert.That(KernelInventory.EntriesOf("#define EXPORT_KERNELS(...) x\nEXPORT_KERNELS(forward,  backward)\n"), Is.EqualTo(new[] { "forward", "backward" }));

    // Of compute capability 9.0: 2048 threads, 65536 registers, 228 KiB, 32 blocks. Expected values by NVIDIA's occupancy rules.
    [TestCase(256, 32, 0, 8, "threads")]
    [TestCase(256, 128, 0, 2, "registers")]
    [TestCase(128, 168, 0, 3, "registers")]
    [TestCase(128, 32, 99 << 10, 2, "shared memory")]
    [TestCase(32, 16, 0, 32, "blocks")]
    public void Occupancy_names_what_limits_it(int threads, int registers, int shared, int blocks, string limit)
        => Assert.That(new Multiprocessor(2048, 65536, 228 << 10, 32).Fit(threads, registers, shared), Is.EqualTo((blocks, limit)));

    [Test]
    public void Collecting_runs_no_kernel_and_names_every_variant()
    {
        var device = Device.Cuda();
        using var scope = TensorScope.Open("test");
        var x = Tensor.From(new float[] { 1, 2 }, [2], device);
        Tensor? y = null;
        var variants = device.Kernels.Collect(() => y = x.Silu());
        Assert.That(variants.Select(v => v.ToString()).ToList(), Has.Count.EqualTo(1).And.All.StartsWith("elementwise/").And.All.Contains("TYPE=float"));
        Assert.That(x.Silu().ToDoubles()[1], Is.EqualTo(2 / (1 + Math.Exp(-2))).Within(1e-6), "kernels run again afterwards");
    }

    [Test]
    public void The_timer_measures_what_runs_and_lists_its_kernels()
    {
        var device = Device.Cuda();
        using var scope = TensorScope.Open("test");
        var x = Tensor.From(new float[4096], [4096], device);
        void Run()
        {
            using var inner = TensorScope.Open("run");
            x.Silu();
        }
        using var timer = new CudaTimer(device);
        double[] times = timer.Measure(Run, cold: true, seconds: 0, least: 5);
        Assert.That(times, Has.Length.EqualTo(5).And.Ordered.And.All.GreaterThan(0));
        var kernel = timer.Launches(Run).Single();
        Assert.That(kernel.Kernel, Does.StartWith("elementwise/unary.cu").And.EndsWith("forward"));
        Assert.That((kernel.Calls, kernel.Threads, kernel.Hash.Length), Is.EqualTo((1, 256, 12)));
        Assert.That(kernel.Occupancy, Is.GreaterThan(0).And.LessThanOrEqualTo(1));
    }
}
