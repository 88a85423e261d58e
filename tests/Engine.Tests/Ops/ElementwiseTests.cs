namespace SuTI.Engine.Tests.Ops;

public class ElementwiseTests : LeakCheck
{
    [Test]
    public void Gradients_at_kinks_are_those_of_PyTorch()
    {
        using var scope = TensorScope.Open();
        Assert.Multiple(() =>
        {
            Assert.That(Slope(x => x.Relu(), 0), Is.Zero);
            Assert.That(Slope(x => x.Abs(), 0), Is.Zero);
            Assert.That(Slope(x => x.Clamp(-1, 2), -1), Is.EqualTo(1));
            Assert.That(Slope(x => x.Clamp(-1, 2), 2), Is.EqualTo(1));
            Assert.That(Slope(x => x.Clamp(-1, 2), 2.5), Is.Zero);
            Assert.That(Slope(x => Tensor.Maximum(x, Tensor.Scalar(3, DType.Float64)), 3), Is.EqualTo(0.5));
            Assert.That(Slope(x => Tensor.Minimum(x, x), 3), Is.EqualTo(1));
            Assert.That(Slope(x => x.Pow(0), 0), Is.Zero);
            Assert.That(Slope(x => x.Pow(1), 0), Is.EqualTo(1));
            Assert.That(Slope(x => Tensor.Scalar(0, DType.Float64).Pow(x), 2), Is.Zero);
            Assert.That(Slope(x => x.Pow(Tensor.Scalar(0, DType.Float64)), 0), Is.Zero);
        });
    }

    [Test]
    public void Not_a_number_stays_one()
    {
        using var scope = TensorScope.Open();
        var nan = Tensor.Scalar(double.NaN);
        var one = Tensor.Ones([]);
        Assert.Multiple(() =>
        {
            Assert.That(nan.Relu().Item(), Is.NaN);
            Assert.That(nan.Clamp(-1, 1).Item(), Is.NaN);
            Assert.That(Tensor.Maximum(nan, one).Item(), Is.NaN);
            Assert.That(Tensor.Maximum(one, nan).Item(), Is.NaN);
            Assert.That(Tensor.Minimum(nan, one).Item(), Is.NaN);
            Assert.That(Tensor.Minimum(one, nan).Item(), Is.NaN);
            Assert.That(nan.Silu().Item(), Is.NaN);
        });
    }

    [Test]
    public void Shapes_that_do_not_broadcast_are_refused()
    {
        using var scope = TensorScope.Open();
        var a = Tensor.Ones([2, 3]);
        Assert.That(() => a + Tensor.Ones([2]),
            Throws.TypeOf<ShapeException>().With.Message.StartsWith("add: the shapes do not broadcast"));
        Assert.That(() => Tensor.Where(a.Greater(0), a, Tensor.Ones([4])),
            Throws.TypeOf<ShapeException>().With.Message.StartsWith("where"));
        Assert.That(() => a.Geglu(), Throws.TypeOf<ShapeException>().With.Message.Contains("even last axis"));
        Assert.That(() => a.Clamp(1, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Types_that_do_not_compute_are_refused()
    {
        using var scope = TensorScope.Open();
        var a = Tensor.Ones([2]);
        Assert.That(() => a.Cast(DType.BFloat16).Exp(),
            Throws.TypeOf<DTypeException>().With.Message.Contains("cast").And.Message.Contains("bf16"));
        Assert.That(() => a * Tensor.Ones([2], DType.Float64),
            Throws.TypeOf<DTypeException>().With.Message.Contains("one type"));
        Assert.That(() => Tensor.Where(a, a, a), Throws.TypeOf<DTypeException>().With.Message.Contains("bool"));
        Assert.That(() => a.Not(), Throws.TypeOf<DTypeException>().With.Message.Contains("bool"));
    }

    [Test]
    public void Fill_reaches_every_type()
    {
        using var scope = TensorScope.Open();
        foreach (var type in Enum.GetValues<DType>())
            Assert.That(Tensor.Ones([3], type).ToDoubles(), Is.EqualTo(new double[] { 1, 1, 1 }), type.Label());
    }

    static double Slope(Func<Tensor, Tensor> function, double at)
    {
        var x = Tensor.Scalar(at, DType.Float64);
        x.RequiresGradient = true;
        function(x).Backward();
        return x.Gradient!.Item();
    }
}
