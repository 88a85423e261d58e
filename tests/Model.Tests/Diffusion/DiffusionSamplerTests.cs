using SuTI.Model.Diffusion;
using PredictionType = SuTI.Model.Diffusion.PredictionType;

namespace SuTI.Model.Tests.Diffusion;

public class DiffusionSamplerTests : LeakCheck
{
    static readonly Shape s_shape = [4, 4, 3];

    static readonly Denoiser s_network = Denoisers.Unconditional((x, _) => x * 0.1);

    [Test]
    public void A_walk_takes_the_same_memory_however_long_it_is()
    {
        using var scope = TensorScope.Open("test");
        foreach (var kind in Enum.GetValues<SamplerKind>())
        {
            var config = new SchedulerConfig(kind);
            var alive = new List<int>();
            new DiffusionSampler(config.CreateSampler(40), s_network).Run(new SeededNoise([1, 2], s_shape),
                _ => alive.Add(Device.Cpu.Memory.LiveBuffers));
            // Once the history is full, at the latest after the rounds of PNDM, nothing is added.
            Assert.That(alive[20..], Is.All.LessThanOrEqualTo(alive[20]), $"{kind}: {string.Join(", ", alive)}");
        }
    }

    [Test]
    public void Progress_is_told_and_a_walk_can_be_cancelled()
    {
        using var scope = TensorScope.Open("test");
        using var source = new CancellationTokenSource();
        var walk = new DiffusionSampler(new SchedulerConfig(SamplerKind.Ddim).CreateSampler(10), s_network);
        var steps = new List<int>();
        Assert.That(() => walk.Run(new SeededNoise([1], s_shape), made =>
        {
            steps.Add(made.Step);
            Assert.That(made.Steps, Is.EqualTo(10));
            Assert.That(made.Clean.Shape, Is.EqualTo(made.X.Shape));
            if (made.Step == 3)
                source.Cancel();
        }, source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(steps, Is.EqualTo(new[] { 0, 1, 2, 3 }));
    }

    [Test]
    public void Answers_are_asked_for_together_or_in_small_calls_to_the_same_bits()
    {
        using var scope = TensorScope.Open("test");
        var text = Tensor.Normal([3, 1, 1, 3], new RandomKey(1, 1));
        var negative = Tensor.Normal([3, 1, 1, 3], new RandomKey(1, 2));
        var sampler = new SchedulerConfig(SamplerKind.DpmSolver) { Prediction = PredictionType.Velocity }.CreateSampler(8);
        float[]? expected = null;
        foreach (int? perCall in new int?[] { null, 1, 2, 3, 4, 5, 100 })
        {
            var calls = new List<int>();
            var denoiser = Denoisers.WithText((x, time, read) =>
            {
                calls.Add(x.Shape[0]);
                return (x * read).Sin();
            }, text, negative, perCall);
            float[] bits = new DiffusionSampler(sampler, denoiser, new ClassifierFreeGuidance(3, Dropped.Text))
                .Run(new SeededNoise([4, 5, 6], s_shape)).ToArray<float>();
            Assert.That(calls, Is.All.LessThanOrEqualTo(perCall ?? 6));
            Assert.That(calls.Sum(), Is.EqualTo(6 * 8));
            Assert.That(bits, Is.EqualTo(expected ??= bits), $"{perCall} a call");
        }
        var shortOne = new DiffusionSampler(sampler, (x, _, _) => x, new ClassifierFreeGuidance(3));
        Assert.That(() => shortOne.Run(new SeededNoise([4], s_shape)), Throws.TypeOf<ShapeException>()
            .With.Message.Contains("2 samples"));
    }
}
