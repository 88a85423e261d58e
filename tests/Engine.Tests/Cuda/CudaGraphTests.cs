using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>Captured work does what the same work does eagerly, bit for bit, and in memory that does not grow.</summary>
public class CudaGraphTests : LeakCheck
{
    static CudaDevice Cuda => Device.Cuda();

    [Test]
    public void A_captured_forward_pass_gives_the_eager_bits()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore(Cuda);
        var net = new SmallNet(store.Root["net"]);
        var (input, _) = SmallNet.Data(0, Cuda);
        _ = net.Forward(input);
        Tensor? y = null;
        using var graph = Cuda.Capture(() => y = net.Forward(input).Detach());
        Assert.That(graph.Nodes, Is.GreaterThan(5));
        for (int step = 0; step < 3; step++)
        {
            using var inner = TensorScope.Open();
            graph.Set(input, SmallNet.Data(step, Cuda).Noisy);
            graph.Launch();
            float[] found = y!.ToArray<float>();
            Assert.That(found, Is.EqualTo(net.Forward(input).ToArray<float>()));
        }
        Assert.That(graph.Launches, Is.EqualTo(3));
    }

    [Test]
    public void A_captured_training_step_gives_the_eager_bits([Values(DType.Float32, DType.BFloat16)] DType compute)
    {
        const int WarmUp = 2, Steps = 20;
        using var scope = TensorScope.Open();
        using var eager = new Training(Cuda, compute);
        double[] expected = eager.Run(WarmUp + Steps);

        using var training = new Training(Cuda, compute);
        training.Run(WarmUp);
        var (noisy, clean) = SmallNet.Data(0, Cuda);
        Tensor? loss = null;
        using var graph = Cuda.Capture(() => loss = training.Step(noisy, clean));
        Assert.That(training.Average.Steps, Is.EqualTo(WarmUp), "what is captured has not been done");
        double[] found = new double[Steps];
        long taken = 0;
        for (int i = 0; i < Steps; i++)
        {
            using var inner = TensorScope.Open();
            var data = SmallNet.Data(WarmUp + i, Cuda);
            graph.Set(noisy, data.Noisy);
            graph.Set(clean, data.Clean);
            graph.Launch();
            found[i] = loss!.Item();
            if (i == 1)
                taken = Cuda.Memory.SystemAllocations;
        }
        Assert.That(found, Is.EqualTo(expected[WarmUp..]));
        Assert.That(training.State(), Is.EqualTo(eager.State()));
        Assert.That(training.Average.Steps, Is.EqualTo(eager.Average.Steps));
        Assert.That(Cuda.Memory.SystemAllocations, Is.EqualTo(taken), "memory taken from the driver");
    }

    [Test]
    public void Weights_that_changed_outside_are_read_anew_by_a_graph_that_computes_in_halves()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore(Cuda);
        var linear = new Linear(store.Root["linear"], 8, 8);
        var x = Tensor.Ones([4, 8], DType.BFloat16, Cuda);
        _ = linear.Forward(x);
        Tensor? y = null;
        using var graph = Cuda.Capture(() => y = linear.Forward(x).Detach());
        graph.Launch();
        float[] before = y!.Cast(DType.Float32).ToArray<float>();
        linear.Weight.Set(Tensor.Full(linear.Weight.Shape, 0.5, device: Cuda));
        linear.Bias!.Set(Tensor.Zeros(linear.Bias.Shape, device: Cuda));
        graph.Launch();
        Assert.That(y.Cast(DType.Float32).ToArray<float>(), Is.All.EqualTo(4f).And.Not.EqualTo(before));
    }

    [Test]
    public void A_graph_gives_its_memory_back_when_it_and_its_results_are_gone()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([1000], device: Cuda);
        _ = x.Silu();
        Tensor? y = null;
        long reserved = Cuda.Memory.ReservedBytes;
        using (var graph = Cuda.Capture(() => y = x.Silu()))
        {
            graph.Launch();
            Assert.That(Cuda.Memory.ReservedBytes, Is.GreaterThan(reserved));
        }
        // The result outlives the graph.
        Assert.That(y!.ToArray<float>(), Is.EqualTo(x.Silu().ToArray<float>()));
        y.Dispose();
        Assert.That(Cuda.Memory.ReservedBytes, Is.EqualTo(reserved));
    }

    [Test]
    public void Memory_that_captured_work_gives_back_is_kept_for_the_graph()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([1000], device: Cuda);
        var before = Tensor.Full([1000], 3, device: Cuda);
        _ = (x + before).Square();
        Tensor? y = null;
        using var graph = Cuda.Capture(() =>
        {
            y = x + before;
            before.Dispose();
        });
        // Without the graph's hold these would lie where the disposed tensor was.
        var others = Enumerable.Range(0, 4).Select(_ => Tensor.Full([1000], 7, device: Cuda)).ToArray();
        graph.Launch();
        Assert.That(y!.ToArray<float>(), Is.All.EqualTo(4f));
        Assert.That(others[0].ToArray<float>(), Is.All.EqualTo(7f));
    }

    static readonly (string Message, Action<Tensor> Work)[] s_impossible =
    [
        ("reading a value", x => x.Item()),
        ("an upload", _ => Tensor.From([1f, 2f], [2], Device.Cuda())),
        ("drawing random numbers", _ => Tensor.Normal([4], new(1, 2), device: Device.Cuda())),
        ("dropout", x => x.Dropout(0.5, new(1, 2))),
        ("waiting for the device", _ => Device.Cuda().Synchronize()),
        ("the first use of a kernel", _ => Device.Cuda().Kernel("views/fill.cu", "fill", $"BYTES={4} SEEN_NOWHERE_ELSE={1}")),
        ("one graph at a time", _ => Device.Cuda().Capture(() => { })),
    ];

    [Test]
    public void What_cannot_be_captured_is_named_and_the_device_goes_on([Range(0, 6)] int which)
    {
        var (message, work) = s_impossible[which];
        using var scope = TensorScope.Open();
        var x = Tensor.Full(Shape.Scalar, 2, device: Cuda);
        _ = x.Square();
        Assert.That(() => Cuda.Capture(() => work(x.Square())), Throws.InstanceOf<SutiException>().With.Message.Contains(message));
        Assert.That(x.Square().Item(), Is.EqualTo(4));
        using var graph = Cuda.Capture(() => x.Square());
        Assert.That(graph.Nodes, Is.EqualTo(1));
    }

    [Test]
    public void The_first_use_of_a_half_copy_is_refused()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore(Cuda);
        var linear = new Linear(store.Root["linear"], 8, 8, bias: false);
        _ = linear.Weight.Value;
        var x = Tensor.Ones([4, 8], DType.BFloat16, Cuda);
        Assert.That(() => Cuda.Capture(() => linear.Forward(x)), Throws.InstanceOf<SutiException>().With.Message.Contains("bf16 copy"));
    }

    [Test]
    public void A_disposed_graph_is_not_launched()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Full(Shape.Scalar, 2, device: Cuda);
        _ = x.Square();
        var graph = Cuda.Capture(() => x.Square());
        graph.Dispose();
        Assert.That(graph.Launch, Throws.TypeOf<LifetimeException>());
    }
}
