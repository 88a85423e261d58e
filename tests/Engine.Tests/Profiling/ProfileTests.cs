using System.Text.Json.Nodes;

namespace SuTI.Engine.Tests.Profiling;

/// <summary>What a profile hears: kernels under the ops that asked for them, memory by category, and the trace's form.</summary>
[NonParallelizable]
public class ProfileTests : LeakCheck
{
    [Test]
    public void Kernels_stand_under_their_ops_forward_and_backward()
    {
        using var profile = Profile.Start();
        Work();
        profile.Stop();
        var forward = profile.Ops.Single(op => op is { Op: "silu", IsBackward: false });
        var backward = profile.Ops.Single(op => op is { Op: "silu", IsBackward: true });
        Assert.That((forward.Calls, backward.Calls), Is.EqualTo((1, 1)));
        Assert.That(forward.DeviceMilliseconds, Is.GreaterThan(0));
        Assert.That(backward.DeviceMilliseconds, Is.GreaterThan(0));
        Assert.That(profile.Kernels.Where(kernel => kernel.Kernel.StartsWith("elementwise/unary.cu", StringComparison.Ordinal)).Select(kernel => kernel.Calls),
            Is.EqualTo(new[] { 1, 1 }));
        Assert.That(profile.Kernels.Any(kernel => kernel.Kernel == "upload"), Is.True);
    }

    [Test]
    public void Memory_peaks_by_category()
    {
        using var profile = Profile.Start();
        Work();
        profile.Stop();
        var peak = profile.Peaks.Single(p => p.Device == "cuda:0");
        Assert.That(peak.ByCategory.Sum(), Is.EqualTo(peak.Bytes));
        Assert.That(peak.ByCategory[(int)MemoryCategory.Gradients], Is.GreaterThan(0));
        Assert.That(peak.ByCategory[(int)MemoryCategory.Activations], Is.GreaterThanOrEqualTo(2 * 4096));
    }

    [TestCase("parameter unet.conv.weight", false, MemoryCategory.Parameters)]
    [TestCase("optimizer state unet.conv.weight.exp_avg", false, MemoryCategory.OptimizerState)]
    [TestCase("gradient of conv2d", false, MemoryCategory.Gradients)]
    [TestCase("conv2d", true, MemoryCategory.Gradients)]
    [TestCase("conv2d", false, MemoryCategory.Activations)]
    [TestCase("derived", true, MemoryCategory.Workspace)]
    public void Origins_tell_what_memory_is_for(string origin, bool inBackward, MemoryCategory expected)
        => Assert.That(MemoryTimeline.Classify(origin, inBackward), Is.EqualTo(expected));

    [Test]
    public void The_trace_has_host_spans_kernels_flows_and_memory()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "trace.json");
        using (var profile = Profile.Start())
        {
            Work();
            profile.Stop();
            profile.WriteTrace(file);
        }
        var events = JsonNode.Parse(File.ReadAllText(file))!["traceEvents"]!.AsArray().Select(e => e!.AsObject()).ToList();
        JsonObject Span(string name) => events.First(e => (string)e["ph"]! == "X" && ((string)e["name"]!).StartsWith(name, StringComparison.Ordinal));
        var kernel = Span("elementwise/unary.cu");
        Assert.That((int)kernel["pid"]!, Is.EqualTo(2));
        Assert.That((string)kernel["args"]!["op"]!, Is.EqualTo("silu"));
        var (outer, inner) = (Span("step"), Span("silu"));
        Assert.That((double)inner["ts"]!, Is.GreaterThanOrEqualTo((double)outer["ts"]!));
        Assert.That((double)inner["ts"]! + (double)inner["dur"]!, Is.LessThanOrEqualTo((double)outer["ts"]! + (double)outer["dur"]! + 0.01));
        Assert.That(events.Count(e => (string)e["ph"]! == "s"), Is.EqualTo(events.Count(e => (string)e["ph"]! == "f")).And.GreaterThan(0));
        Assert.That(events.Any(e => (string)e["ph"]! == "C" && (string)e["name"]! == "memory of cuda:0"), Is.True);
    }

    [Test]
    public void Two_profiles_at_once_are_refused()
    {
        using var profile = Profile.Start();
        Assert.That(Profile.Start, Throws.TypeOf<SutiException>());
    }

    [Test]
    public void Nothing_listens_when_no_profile_runs()
    {
        using (var profile = Profile.Start())
            profile.Stop();
        Assert.That(LaunchRecorder.Active, Is.Null);
        Assert.That(MemoryTimeline.Active, Is.Null);
        Assert.That(Ranges.Profile, Is.Null);
    }

    [Test]
    public void Work_under_capture_is_not_timed_but_the_graph_is()
    {
        var device = Device.Cuda();
        using var scope = TensorScope.Open("outer");
        var x = Tensor.From(new float[64], [64], device);
        x.Silu();
        using var profile = Profile.Start();
        using (var graph = device.Capture(() =>
        {
            using var inner = TensorScope.Open("captured");
            x.Silu();
        }))
        {
            graph.Launch();
        }
        profile.Stop();
        Assert.That(profile.Kernels.Select(kernel => kernel.Kernel), Does.Contain("graph"));
        Assert.That(profile.Kernels.Any(kernel => kernel.Kernel.StartsWith("elementwise", StringComparison.Ordinal)), Is.False);
    }

    static void Work()
    {
        using var scope = TensorScope.Open("step");
        var x = Tensor.From(new float[1024], [1024], Device.Cuda());
        x.RequiresGradient = true;
        var y = x.Silu();
        y.Backward(Tensor.Ones([1024], DType.Float32, Device.Cuda()));
        Device.Cuda().Synchronize();
    }
}
