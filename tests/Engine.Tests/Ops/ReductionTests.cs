namespace SuTI.Engine.Tests.Ops;

public class ReductionTests : LeakCheck
{
    [Test]
    public void Axes_must_exist_and_differ()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([2, 3]);
        Assert.That(() => x.Sum(2),
            Throws.TypeOf<ShapeException>().With.Message.Contains("sum").And.Message.Contains("(2, 3)"));
        Assert.That(() => x.Mean([1, -1]), Throws.TypeOf<ShapeException>().With.Message.Contains("twice"));
        Assert.That(() => x.Variance(-3), Throws.TypeOf<ShapeException>());
        Assert.That(() => x.Cast(DType.Int64).Sum(), Throws.TypeOf<DTypeException>().With.Message.Contains("i64"));
    }

    [Test]
    public void The_largest_of_nothing_is_refused()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([2, 0]);
        Assert.That(() => x.Max(1), Throws.TypeOf<ShapeException>().With.Message.Contains("no elements"));
        Assert.That(() => x.ArgMax(1), Throws.TypeOf<ShapeException>());
        Assert.That(() => x.Min(), Throws.TypeOf<ShapeException>());
        Assert.That(x.Max(0).Shape, Is.EqualTo(Shape.Create(0)));
    }

    [Test]
    public void Nothing_has_a_sum_but_no_mean()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([2, 0]);
        Assert.That(x.Sum(1).ToArray<float>(), Is.EqualTo(new float[] { 0, 0 }));
        Assert.That(x.Mean().Item(), Is.NaN);
        Assert.That(x.LogSumExp().Item(), Is.EqualTo(double.NegativeInfinity));
    }

    [Test]
    public void The_first_of_equal_elements_takes_the_gradient()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1.0, 3, 3], [3]);
        x.RequiresGradient = true;
        x.Max().Backward();
        Assert.That(x.Gradient!.ToArray<double>(), Is.EqualTo(new double[] { 0, 1, 0 }));
        Assert.That(x.ArgMax().Item(), Is.EqualTo(1));
    }
}
