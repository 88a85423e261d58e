namespace SuTI.Engine.Tests.Autograd;

public class CheckpointedTests : LeakCheck
{
    const int Blocks = 6, LayersInBlock = 4, Rows = 2048, Width = 32;

    [Test]
    public void Gradients_are_the_same_bits_and_the_peak_falls()
    {
        var (plain, plainPeak) = Train(checkpointed: false);
        var (recomputed, peak) = Train(checkpointed: true);
        for (int i = 0; i < plain.Length; i++)
            Assert.That(recomputed[i], Is.EqualTo(plain[i]), $"gradient {i}");
        // Kept in the plain pass: every layer's output. With checkpoints: every block's, one block's layers, and the
        // gradients between.
        long activation = Rows * Width * sizeof(float);
        Assert.That(plainPeak - peak, Is.GreaterThan((Blocks - 3) * (LayersInBlock - 1) * activation));
    }

    [Test]
    public void A_block_that_reaches_a_recorded_tensor_by_itself_is_refused()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([2, 2]);
        x.RequiresGradient = true;
        var hidden = x.MatMul(x);
        var y = Checkpointed.Run(b => b[0].MatMul(hidden), x);
        Assert.That(() => y.Backward(Tensor.Ones([2, 2])),
            Throws.TypeOf<GradientException>().With.Message.Contains("none of its inputs"));
    }

    [Test]
    public void Inputs_are_needed_and_must_not_change()
    {
        using var scope = TensorScope.Open();
        Assert.That(() => Checkpointed.Run(_ => Tensor.Ones([1])), Throws.TypeOf<ShapeException>());
        var x = Tensor.Ones([2]);
        x.RequiresGradient = true;
        var y = Checkpointed.Run(b => b[0] + b[0], x);
        x.CopyFrom<float>([3, 4]);
        Assert.That(() => y.Backward(Tensor.Ones([2])),
            Throws.TypeOf<GradientException>().With.Message.Contains("was changed"));
    }

    [Test]
    public void Without_gradients_nothing_is_kept()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([2]);
        Assert.That(Checkpointed.Run(b => b[0] + b[0], x).ToArray<float>(), Is.EqualTo(new float[] { 2, 2 }));
        using var none = GradientMode.Disable();
        x.RequiresGradient = true;
        Assert.That(Checkpointed.Run(b => b[0] + b[0], x).NeedsGradient, Is.False);
    }

    static (float[][] Gradients, long Peak) Train(bool checkpointed)
    {
        using var scope = TensorScope.Open();
        var random = new SplitMix(5);
        var weights = new Tensor[Blocks * LayersInBlock];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = Tensor.From(Draw(Width * Width, 0.2), [Width, Width]);
            weights[i].RequiresGradient = true;
        }
        var x = Tensor.From(Draw(Rows * Width, 1), [Rows, Width]);
        x.RequiresGradient = true;
        Device.Cpu.Memory.ResetPeak();
        var h = x;
        for (int i = 0; i < Blocks; i++)
        {
            var layers = weights[(i * LayersInBlock)..((i + 1) * LayersInBlock)];
            using var block = TensorScope.Open("block");
            h = block.Keep(checkpointed ? Checkpointed.Run(b => Block(b[0], layers), h) : Block(h, layers));
        }
        h.Backward(Tensor.Ones(h.Shape));
        long peak = Device.Cpu.Memory.PeakBytes;
        return ([.. weights.Append(x).Select(t => t.Gradient!.ToArray<float>())], peak);

        float[] Draw(int count, double bound)
            => [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-bound, bound))];
    }

    static Tensor Block(Tensor h, Tensor[] weights)
    {
        foreach (var weight in weights)
            h = h.Linear(weight);
        return h;
    }
}
