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
