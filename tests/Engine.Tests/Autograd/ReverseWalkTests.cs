namespace SuTI.Engine.Tests.Autograd;

public class ReverseWalkTests : LeakCheck
{
    [Test]
    public void Gradients_of_shared_inputs_add_up()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1.0, 2.0, 3.0], [3]);
        x.RequiresGradient = true;
        var y = x + x + x.Reshape(3, 1).Reshape(3);
        y.Sum([0]).Backward();
        Assert.That(x.Gradient!.ToArray<double>(), Is.EqualTo(new double[] { 3, 3, 3 }));
        (x + x).Backward(Tensor.From([1.0, 0, 2], [3]));
        Assert.That(x.Gradient!.ToArray<double>(), Is.EqualTo(new double[] { 5, 3, 7 }), "gradients accumulate over passes");
        x.ClearGradient();
        Assert.That(x.Gradient, Is.Null);
    }

    [Test]
    public void Gradients_pass_through_halves([Values(DType.BFloat16, DType.Float16)] DType half)
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1.0f, -2.5f, 3.0625f], [3]);
        x.RequiresGradient = true;
        var rounded = x.Cast(half).Cast(DType.Float32);
        // Each use sends back a gradient that is rounded to the half type on its way: 1/3 twice, and 2x.
        (rounded * (1 / 3.0) + rounded.Square()).Backward(Tensor.From([1f, 1, 1], [3]));
        float third = Tensor.From([1 / 3f], [1]).Cast(half).Cast(DType.Float32).ToArray<float>()[0];
        float[] found = x.Gradient!.ToArray<float>();
        for (int i = 0; i < 3; i++)
            Assert.That(found[i], Is.EqualTo(third + (2 * x.ToArray<float>()[i])).Within(0.02), $"element {i}");
        float[] representable = x.Gradient.Cast(half).Cast(DType.Float32).ToArray<float>();
        Assert.That(found, Is.EqualTo(representable), "what came through the half type is one of its values");
    }

    [Test]
    public void A_leaf_is_of_a_half_type_where_the_device_computes_in_it([Values(DType.BFloat16, DType.Float16)] DType half)
    {
        using var scope = TensorScope.Open();
        Tensor Leaf(Device device) => Tensor.From([0.5f, -2f, 3f], [3], device).Cast(half);
        Assert.That(() => Leaf(Device.Cpu).RequiresGradient = true, Throws.TypeOf<DTypeException>());
        var leaf = Leaf(Device.Cuda());
        leaf.RequiresGradient = true;
        var wide = leaf.Cast(DType.Float32);
        (wide.Square() + wide).Backward(Tensor.From([1f, 1, 1], [3], Device.Cuda()));
        Assert.That(leaf.Gradient!.DType, Is.EqualTo(half));
        Assert.That(leaf.Gradient.ToDoubles(), Is.EqualTo(new double[] { 2, -3, 7 }));
    }

    [Test]
    public void Broadcast_slices_and_views_pass_gradients()
    {
        using var scope = TensorScope.Open();
        var inputs = new[] { Tensor.From([1.0, 2, 3, 4, 5, 6], [2, 3]), Tensor.From([0.5, 0.25, 2], [3]) };
        var report = GradCheck.Run(t => (t[0].Slice(1, 1, 2) + t[1].Slice(0, 0, 2)).Transpose() + t[0].Slice(1, 0, 2).Transpose(), inputs);
        Assert.That(report.Passed, Is.True, report.ToString());
    }

    [Test]
    public void Backward_runs_once()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1.0, 2.0], [2]);
        x.RequiresGradient = true;
        var y = x + x;
        var z = y.Sum([0]);
        z.Backward();
        Assert.That(() => z.Backward(), Throws.TypeOf<GradientException>().With.Message.Contains("run before"));
        Assert.That(() => (y + x).Sum([0]).Backward(), Throws.TypeOf<GradientException>().With.Message.Contains("run before"));
    }

    [Test]
    public void A_scope_that_closes_before_backward_keeps_what_the_graph_needs()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1.0, 2.0], [2]);
        x.RequiresGradient = true;
        Tensor y;
        using (var inner = TensorScope.Open("block"))
            y = inner.Keep((x + x).Slice(0, 1, 1) + Tensor.Ones([1], DType.Float64));
        y.Backward();
        Assert.That(x.Gradient!.ToArray<double>(), Is.EqualTo(new double[] { 0, 2 }));
    }

    [Test]
    public void A_graph_that_is_never_walked_frees_itself_even_when_it_is_very_deep()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1.0], [1]);
        x.RequiresGradient = true;
        var y = x;
        using (TensorScope.Open("deep"))
        {
            for (int i = 0; i < 100_000; i++)
                y += x;
        }
    }

    [Test]
    public void Without_gradients_nothing_is_recorded()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1.0], [1]);
        x.RequiresGradient = true;
        using var none = GradientMode.Disable();
        Assert.That((x + x).NeedsGradient, Is.False);
    }

    [Test]
    public void The_guard_names_where_a_value_stopped_being_finite()
    {
        using var scope = TensorScope.Open("step");
        using var guard = NonFiniteGuard.Enable();
        var x = Tensor.From([1.0, double.PositiveInfinity], [2]);
        Assert.That(() => x + x, Throws.TypeOf<NonFiniteException>().With.Message.Contains("add").And.Message.Contains("element 1"));
    }
}
