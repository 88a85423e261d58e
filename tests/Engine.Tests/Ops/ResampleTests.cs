namespace SuTI.Engine.Tests.Ops;

public class ResampleTests : LeakCheck
{
    [Test]
    public void The_same_size_is_the_same_tensor()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([1, 3, 4, 2]);
        Assert.That(x.Resize(3, 4, Resampling.Bicubic), Is.SameAs(x));
    }

    [Test]
    public void Wrong_requests_are_refused()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([1, 3, 4, 2]);
        void Refused<TError>(string rule, Func<Tensor> call) where TError : SutiException
            => Assert.That(call, Throws.TypeOf<TError>().With.Message.Contains(rule));
        Refused<ShapeException>("4 axes", () => Tensor.Ones([3, 4]).Resize(2, 2));
        Refused<ShapeException>("at least one pixel", () => Tensor.Ones([1, 0, 4, 2]).UpsampleNearest());
        Refused<SutiException>("factor", () => x.UpsampleNearest(0));
        Refused<SutiException>("new size", () => x.Resize(0, 2));
        Refused<SutiException>("antialiasing", () => x.Resize(2, 2, Resampling.Area, antialias: true));
        Refused<SutiException>("antialiasing", () => x.Resize(2, 2, Resampling.Nearest, stepWidth: 1));
        Refused<SutiException>("steps", () => x.Resize(2, 2, stepHeight: -1));
        Refused<SutiException>("steps", () => x.Resize(2, 2, stepHeight: double.NaN));
        Refused<SutiException>("kernel and stride", () => x.AvgPool2d((1, 0)));
        Refused<SutiException>("kernel and stride", () => x.AvgPool2d(2, stride: 0));
        Refused<ShapeException>("smaller than the kernel", () => x.AvgPool2d(4));
        Refused<DTypeException>("cast", () => Tensor.Full([1, 3, 4, 2], 1, DType.UInt8).Resize(2, 2));
    }
}
