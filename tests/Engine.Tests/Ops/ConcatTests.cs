namespace SuTI.Engine.Tests.Ops;

public class ConcatTests : LeakCheck
{
    [Test]
    public void Wrong_parts_are_refused()
    {
        using var scope = TensorScope.Open();
        var a = Tensor.Ones([2, 3]);
        Assert.That(() => Tensor.Concat(0), Throws.TypeOf<ShapeException>().With.Message.Contains("at least one"));
        Assert.That(() => Tensor.Concat(2, a), Throws.TypeOf<ShapeException>().With.Message.Contains("no such axis"));
        Assert.That(() => Tensor.Concat(0, a, Tensor.Ones([2, 4])),
            Throws.TypeOf<ShapeException>().With.Message.Contains("other than 0"));
        Assert.That(() => Tensor.Concat(0, a, Tensor.Ones([3])), Throws.TypeOf<ShapeException>());
        Assert.That(() => Tensor.Concat(0, a, Tensor.Ones([2, 3], DType.Float64)), Throws.TypeOf<DTypeException>());
        Assert.That(() => Tensor.Stack(0), Throws.TypeOf<ShapeException>());
        Assert.That(() => Tensor.Stack(0, a, Tensor.Ones([3, 2])),
            Throws.TypeOf<ShapeException>().With.Message.Contains("one shape"));
        Assert.That(() => Tensor.Stack(4, a, a), Throws.TypeOf<ShapeException>());
    }
}
