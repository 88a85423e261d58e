using System.Runtime.InteropServices;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>What kernels must not do is reported by the emulated driver, and the next launch works.</summary>
public class FaultTests : LeakCheck
{
    const int Forward = 0, Reverse = 1, Random = 2;

    [SetUp]
    public void EmulatedOnly()
    {
        if (!NativeLibraries.IsEmulated)
            Assert.Ignore("Only the emulated driver reports these.");
    }

    [TearDown]
    public void InOrderAgain()
    {
        if (NativeLibraries.IsEmulated)
            Options(Forward, lazy: true);
    }

    [TestCase("reads_past_the_end", "illegal address", " bytes past the start of an allocation of 512 bytes")]
    [TestCase("writes_past_the_end", "illegal address", " bytes past the start of an allocation of 512 bytes")]
    [TestCase("reads_far_before", "illegal address", "")]
    [TestCase("loads_misaligned", "misaligned reference of ", "no multiple of 16")]
    [TestCase("stores_misaligned", "misaligned store of ", "no multiple of 16")]
    [TestCase("copies_misaligned", "cp.async: misaligned", "")]
    [TestCase("leaves_an_array", "index 4 outside ", "faults.cu:")]
    [TestCase("fills_its_stack", "a thread's stack", "is full")]
    [TestCase("loads_rows_past_shared", "ldmatrix: address", "outside the 512 bytes of shared memory")]
    [TestCase("diverges_at_a_barrier", "diverged", "16 wait in a block barrier")]
    [TestCase("shuffles_with_an_exited_lane", "shfl.xor", "")]
    [TestCase("shuffles_beyond_its_mask", "shuffle reads lane", "not in the mask 0000ffff")]
    [TestCase("meets_in_different_shuffles", "meet in different instructions", "shfl.xor")]
    [TestCase("multiplies_with_half_a_warp", "mma.m16n8k16 bf16", "")]
    [TestCase("ends_with_copies_in_flight", "thread ended with asynchronous copies in flight", "")]
    [TestCase("ends_with_products_in_flight", "thread ended with matrix instructions in flight", "")]
    public void Is_reported(string kernel, string what, string detail)
    {
        using var faults = new FaultKernels();
        int shared = kernel == "loads_rows_past_shared" ? 512 : 4096;
        foreach (int order in (int[])[Forward, Reverse, Random])
        {
            Options(order, lazy: true);
            string report = faults.Run(kernel, shared: shared);
            Assert.That(report, Does.Contain(what).And.Contain(detail).And.Contain($"[kernel {kernel}, block 0,0,0, thread "), $"order {order}");
            StillWorks();
        }
    }

    [TestCase("reads_past_shared", 128, 32, "illegal address", "0 bytes past the 128 bytes of shared memory")]
    [TestCase("reads_past_shared", 0, 0, "illegal address", "0 bytes past the 0 bytes of shared memory")]
    [TestCase("reads_past_shared", 100, 100_000, "illegal address", "399900 bytes past the 100 bytes of shared memory")]
    [TestCase("writes_past_shared", 128, 31, "illegal address", "0 bytes past the 128 bytes of shared memory")]
    [TestCase("writes_past_shared", 100, 24, "shared memory written", "0 bytes past its 100")]
    [TestCase("writes_before_shared", 128, 0, "shared memory written", "8 bytes before its 128")]
    public void Shared_memory_ends(string kernel, int bytes, int index, string what, string detail)
    {
        using var faults = new FaultKernels();
        Assert.That(faults.Run(kernel, shared: bytes, n: index), Does.Contain(what).And.Contain(detail));
        StillWorks();
    }

    [Test]
    public void Memory_before_an_allocation_is_looked_at_when_it_is_freed()
    {
        using var faults = new FaultKernels();
        Assert.That(faults.Run("writes_before"), Is.Empty, "the page is the allocation's own");
        Assert.That(faults.FreeP(), Does.Contain("written before it was freed, -128 bytes past the start of an allocation of 512 bytes"));
        using var other = new FaultKernels();
        StillWorks();
    }

    [Test]
    public void Freed_memory_is_not_there()
    {
        using var faults = new FaultKernels();
        Assert.That(faults.FreeP(), Is.Empty);
        Assert.That(faults.Run("touches"), Does.Contain("illegal address").And.Contain("freed").And.Contain("[kernel touches"));
        using var other = new FaultKernels();
        StillWorks();
    }

    [TestCase("reads_uninitialised_shared")]
    [TestCase("misses_a_block_barrier")]
    [TestCase("misses_a_copy_wait")]
    [TestCase("waits_for_too_few_copies")]
    public void Shows_as_NaN(string kernel)
    {
        using var faults = new FaultKernels();
        Assert.Multiple(() =>
        {
            Assert.That(faults.Run(kernel), Is.Empty);
            Assert.That(faults.Out(), Has.Some.NaN);
        });
    }

    [Test]
    public void Early_use_of_a_bulk_copy_shows_as_NaN()
    {
        using var faults = new FaultKernels(512);
        Assert.Multiple(() =>
        {
            Assert.That(faults.RunMapped("misses_an_mbarrier_wait", 16), Is.Empty);
            Assert.That(faults.Out(), Is.All.NaN);
            Assert.That(faults.RunMapped("waits_for_an_mbarrier", 16), Is.Empty);
            Assert.That(faults.Out(3), Is.EqualTo((float[])[1, 2, 3]));
        });
    }

    [Test]
    public void Early_reuse_of_a_stage_changes_the_product()
    {
        using var faults = new FaultKernels();
        Assert.Multiple(() =>
        {
            Assert.That(faults.Run("multiplies_a_stage", threads: 128, shared: 16384), Is.Empty);
            Assert.That(faults.Out(128), Is.All.EqualTo(16));
            Assert.That(faults.Run("reuses_a_stage_early", threads: 128, shared: 16384), Is.Empty);
            Assert.That(faults.Out(128), Is.Not.All.EqualTo(16));
        });
    }

    /// <summary>Running once does not show a race: that is what <see cref="RaceTests"/> replays records for.</summary>
    [TestCase("races_between_warps", 64, 1)]
    [TestCase("overwrites_what_others_read", 64, 1)]
    [TestCase("races_between_blocks", 32, 2)]
    [TestCase("misses_a_warp_sync", 32, 1)]
    [TestCase("refills_under_readers", 64, 1)]
    [TestCase("misses_a_fence", 32, 4)]
    [TestCase("fences", 32, 4)]
    [TestCase("turns_a_row_round", 64, 3)]
    [TestCase("swaps_neighbours", 64, 3)]
    [TestCase("refills_in_turn", 64, 3)]
    [TestCase("sums", 64, 3)]
    public void Race_or_not_it_runs(string kernel, int threads, int blocks)
    {
        using var faults = new FaultKernels(256);
        Assert.That(faults.Run(kernel, threads, blocks), Is.Empty);
    }

    [TestCase("reuses_a_stage_early", 128)]
    [TestCase("multiplies_a_stage", 128)]
    public void Race_or_not_it_runs_with_a_warpgroup(string kernel, int threads)
    {
        using var faults = new FaultKernels();
        Assert.That(faults.Run(kernel, threads, shared: 16384), Is.Empty);
    }

    [TestCase("waits_for_an_mbarrier")]
    [TestCase("refills_without_asking")]
    public void Race_or_not_it_runs_with_bulk_copies(string kernel)
    {
        using var faults = new FaultKernels(512);
        Assert.That(faults.RunMapped(kernel, 16), Is.Empty);
    }

    static void StillWorks()
    {
        using var other = new FaultKernels();
        Assert.That(other.Run("sums", threads: 128), Is.Empty);
        Assert.That(other.Out(128), Is.All.EqualTo(128 * 129 / 2));
    }

    static unsafe void Options(int order, bool lazy)
    {
        nint library = NativeLibrary.Load(EmulatedDriver.Library);
        ((delegate* unmanaged<int, uint, int, void>)NativeLibrary.GetExport(library, "emu_options"))(order, 1, lazy ? 1 : 0);
        NativeLibrary.Free(library);
    }
}
