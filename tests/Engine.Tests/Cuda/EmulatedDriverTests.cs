using System.Reflection;
using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>What the host does wrong with the driver shows under emulation: nothing happens before somebody waits for it.</summary>
public unsafe class EmulatedDriverTests : LeakCheck
{
    const uint Relaxed = 2;

    static CudaDevice Cuda => Device.Cuda();

    [SetUp]
    public void EmulatedOnly()
    {
        if (!NativeLibraries.IsEmulated)
            Assert.Ignore("Only the emulated driver is this strict.");
    }

    [Test]
    public void Exports_every_function_that_the_engine_binds()
    {
        foreach (object api in (object[])[Cuda.Driver, Cuda.Runtime.Nvrtc, Cuda.Runtime.CublasLt])
        {
            var functions = api.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
                .Where(field => field.FieldType.IsFunctionPointer).ToList();
            Assert.That(functions, Has.Count.GreaterThan(5));
            foreach (var function in functions)
                Assert.That(function.GetValue(api), Is.Not.EqualTo((nint)0).And.Not.Null, function.Name);
        }
    }

    [Test]
    public void Arguments_of_other_sizes_are_refused()
    {
        using var faults = new FaultKernels();
        var refused = Assert.Throws<CudaException>(() => faults.Kernel("touches").Launch(Cuda.Stream, new(1), 32, 0, faults.P, faults.P, 1L));
        Assert.That(refused!.Message, Does.Contain("other arguments than it takes").And.Contain("8, 8, 4 bytes").And.Contain("8, 8, 8 bytes"));
        refused = Assert.Throws<CudaException>(() => faults.Kernel("touches").Launch(Cuda.Stream, new(1), 32, 0, faults.P));
        Assert.That(refused!.Message, Does.Contain("other arguments than it takes"));
        Assert.That(faults.Run("touches"), Is.Empty);
    }

    [TestCase(1, 32, 300_000)]
    [TestCase(1, 2048, 0)]
    [TestCase(1, 0, 0)]
    [TestCase(0, 32, 0)]
    public void A_launch_beyond_the_limits_is_refused(int blocks, int threads, int shared)
    {
        using var faults = new FaultKernels();
        Assert.That(faults.Run("touches", threads, blocks, shared), Does.Contain("CUDA_ERROR_INVALID_VALUE"));
        Assert.That(faults.Run("touches"), Is.Empty);
    }

    [Test]
    public void A_pinned_buffer_read_before_the_wait_is_stale()
    {
        var driver = Cuda.Driver;
        using var faults = new FaultKernels();
        nint pinned;
        driver.Check(driver.MemHostAlloc(&pinned, 128, 0));
        float* values = (float*)pinned;
        values[0] = -1;
        Cuda.Stream.Download(faults.P, values, 128);
        Assert.That(values[0], Is.EqualTo(-1));
        Cuda.Synchronize();
        Assert.That(values[0], Is.EqualTo(1));
        // And what is uploaded from it is what it holds when the copy runs.
        values[0] = 5;
        Cuda.Stream.Upload(values, faults.P, 4);
        values[0] = 6;
        Cuda.Stream.Download(faults.P, values + 1, 4);
        Cuda.Synchronize();
        Assert.That(values[1], Is.EqualTo(6));
        driver.Check(driver.MemFreeHost(pinned));
    }

    [Test]
    public void Work_runs_when_it_is_waited_for()
    {
        using var faults = new FaultKernels();
        ulong before = Launches();
        faults.Kernel("touches").Launch(Cuda.Stream, new(1), 32, 0, faults.P, faults.P, 1);
        Assert.That(Launches(), Is.EqualTo(before));
        Cuda.Synchronize();
        Assert.That(Launches(), Is.EqualTo(before + 1));
    }

    [Test]
    public void A_call_that_waits_ends_a_capture()
    {
        var driver = Cuda.Driver;
        using var stream = new CudaStream(driver);
        Assert.Multiple(() =>
        {
            foreach (var illegal in (Func<int>[])[
                () => driver.CtxSynchronize(),
                () => driver.StreamSynchronize(stream.Handle),
                () => { ulong address; return driver.MemAlloc(&address, 64); },
                () => driver.MemFree(0)])
            {
                nint graph;
                driver.Check(driver.StreamBeginCapture(stream.Handle, Relaxed));
                Assert.That(illegal(), Is.EqualTo(900), "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED");
                Assert.That(driver.StreamEndCapture(stream.Handle, &graph), Is.EqualTo(901), "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED");
            }
        });
    }

    [Test]
    public void A_captured_launch_runs_when_the_graph_does()
    {
        var driver = Cuda.Driver;
        using var stream = new CudaStream(driver);
        using var faults = new FaultKernels();
        var fences = faults.Kernel("fences");
        Cuda.Synchronize();
        nint graph, exec;
        driver.Check(driver.StreamBeginCapture(stream.Handle, Relaxed));
        fences.Launch(stream, new(1), 32, 0, faults.P + 8, faults.P, 1);
        driver.Check(driver.StreamEndCapture(stream.Handle, &graph));
        driver.Check(driver.GraphInstantiate(&exec, graph, 0));
        ulong before = Launches();
        driver.Check(driver.GraphLaunch(exec, stream.Handle));
        driver.Check(driver.GraphLaunch(exec, stream.Handle));
        stream.Synchronize();
        Assert.That(Launches(), Is.EqualTo(before + 2));
        driver.Check(driver.GraphExecDestroy(exec));
        driver.Check(driver.GraphDestroy(graph));
    }

    [Test]
    public void Allocations_are_counted_and_caches_give_theirs_back()
    {
        Cuda.ReleaseCached();
        ulong before = Allocations();
        ulong address;
        Cuda.Driver.Check(Cuda.Driver.MemAlloc(&address, 64));
        Assert.That(Allocations(), Is.EqualTo(before + 1));
        Cuda.Driver.Check(Cuda.Driver.MemFree(address));
        using (TensorScope.Open("leak"))
            Tensor.From(new float[100], [100], Cuda);
        Cuda.ReleaseCached();
        Assert.That(Allocations(), Is.EqualTo(before));
    }

    static ulong Launches() => Read("emu_counters", 0);

    static ulong Allocations() => Read("emu_allocations", 0);

    static ulong Read(string function, int index)
    {
        nint library = NativeLibrary.Load(EmulatedDriver.Library);
        ulong* values = stackalloc ulong[16];
        ((delegate* unmanaged<ulong*, void>)NativeLibrary.GetExport(library, function))(values);
        NativeLibrary.Free(library);
        return values[index];
    }
}
