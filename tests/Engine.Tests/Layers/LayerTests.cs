using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Layers;

public class LayerTests : LeakCheck
{
    [Test]
    public void Layers_declare_the_paths_and_shapes_of_checkpoints()
    {
        using var store = new ParameterStore();
        _ = new Linear(store.Root["to_q"], 6, 4, bias: false);
        _ = new Linear(store.Root["to_out"][0], 4, 6);
        _ = new Conv2d(store.Root["conv"], 3, 5, (3, 2), padding: 1);
        _ = new Conv2d(store.Root["depthwise"], 5, 5, 3, groups: 5, bias: false);
        _ = new GroupNorm(store.Root["norm"], 2, 6);
        _ = new LayerNorm(store.Root["norm1"], 6);
        _ = new RmsNorm(store.Root["layer_norm"], 6);
        _ = new Embedding(store.Root["token_embedding"], 10, 7);
        Assert.That(store.Parameters.Select(parameter => $"{parameter.Path} {parameter.CheckpointShape}"),
            Is.EqualTo(new[]
        {
            "to_q.weight (4, 6)",
            "to_out.0.weight (6, 4)",
            "to_out.0.bias (6)",
            "conv.weight (5, 3, 3, 2)",
            "conv.bias (5)",
            "depthwise.weight (5, 1, 3, 3)",
            "norm.weight (6)",
            "norm.bias (6)",
            "norm1.weight (6)",
            "norm1.bias (6)",
            "layer_norm.weight (6)",
            "token_embedding.weight (10, 7)",
        }));
        Assert.That(store["conv.weight"].Shape, Is.EqualTo(Shape.Create(5, 3, 2, 3)));
    }

    [Test]
    public void First_values_follow_the_fan_in()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore();
        _ = new Linear(store.Root["linear"], 100, 400);
        _ = new Conv2d(store.Root["conv"], 25, 400, 2);
        _ = new Conv2d(store.Root["depthwise"], 400, 400, 10, groups: 400);
        _ = new GroupNorm(store.Root["norm"], 2, 6);
        foreach (var parameter in store.Parameters.Where(p => !p.Path.StartsWith("norm", StringComparison.Ordinal)))
        {
            // 100 inputs each: uniform within a tenth.
            double largest = parameter.Value.ToDoubles().Max(Math.Abs);
            Assert.That(largest, Is.InRange(0.099, 0.1), parameter.Path);
        }
        Assert.That(store["norm.weight"].Value.ToDoubles(), Is.All.EqualTo(1));
        Assert.That(store["norm.bias"].Value.ToDoubles(), Is.All.Zero);
    }

    [Test]
    public void An_embedding_gathers_the_gradients_of_its_rows()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore(Device.Cpu, DType.Float64);
        var embedding = new Embedding(store.Root, 4, 2);
        embedding.Forward(Tensor.From([1L, 3, 1], [3])).Backward(Tensor.From([1.0, 2, 3, 4, 5, 6], [3, 2]));
        Assert.That(embedding.Weight.Gradient!.ToArray<double>(), Is.EqualTo(new double[] { 0, 0, 6, 8, 0, 0, 3, 4 }));
    }
}
