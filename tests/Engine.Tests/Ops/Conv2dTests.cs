using SuTI.Engine.Catalogue;

namespace SuTI.Engine.Tests.Ops;

public class Conv2dTests : LeakCheck
{
    // Too large for element-wise gradient checks, large enough for several chunks.
    [TestCase(1, 3)]
    [TestCase(2, 3)]
    [TestCase(1, 1)]
    public void Large_images_agree_between_precisions_and_thread_counts(int stride, int taps)
    {
        int size = ((24 + (2 * (taps / 2)) - taps) / stride) + 1;
        var variant = new OpVariant("large",
            [new([2, 24, 24, 48]), new([64, taps, taps, 48]), new([64]), new([2, 64]), new([2, size, size, 64])],
            t => t[0].Conv2d(t[1], t[2], stride, taps / 2, rowAdd: t[3], residual: t[4]), _ => new([0]));
        Agree(variant);
    }

    [Test]
    public void Large_depthwise_images_agree_between_precisions_and_thread_counts()
        => Agree(new("large", [new([2, 24, 24, 75]), new([75, 3, 3, 1]), new([75])],
            t => t[0].Conv2d(t[1], t[2], padding: 1, groups: 75), _ => new([0])));

    [Test]
    public void A_changed_weight_is_packed_anew()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([1, 2, 2, 1]);
        var weight = Tensor.Ones([1, 2, 2, 1]);
        x.RequiresGradient = true;
        float Gradient()
        {
            x.ClearGradient();
            x.Conv2d(weight).Backward(Tensor.Ones([1, 1, 1, 1]));
            return x.Gradient!.ToArray<float>()[0];
        }
        Assert.That((x.Conv2d(weight).Item(), Gradient()), Is.EqualTo((4, 1)));
        weight.CopyFrom<float>([2, 1, 1, 1]);
        Assert.That((x.Conv2d(weight).Item(), Gradient()), Is.EqualTo((5, 2)));
    }

    [Test]
    public void Wrong_operands_are_refused()
    {
        using var scope = TensorScope.Open();
        Tensor x = Tensor.Ones([2, 5, 4, 3]), weight = Tensor.Ones([6, 3, 3, 3]);
        void Refused<TError>(string rule, Func<Tensor> call) where TError : SutiException
            => Assert.That(call, Throws.TypeOf<TError>().With.Message.Contains(rule));
        Refused<ShapeException>("x has 4 axes", () => Tensor.Ones([5, 4, 3]).Conv2d(weight));
        Refused<ShapeException>("weight has 4 axes", () => x.Conv2d(Tensor.Ones([6, 3])));
        Refused<ShapeException>("channels of the images", () => x.Conv2d(Tensor.Ones([6, 3, 3, 2])));
        Refused<ShapeException>("at least one tap", () => x.Conv2d(Tensor.Ones([6, 0, 3, 3])));
        Refused<ShapeException>("larger than the padded", () => x.Conv2d(Tensor.Ones([6, 3, 5, 3])));
        Refused<ShapeException>("bias", () => x.Conv2d(weight, Tensor.Ones([5])));
        Refused<ShapeException>("rowAdd", () => x.Conv2d(weight, rowAdd: Tensor.Ones([6])));
        Refused<ShapeException>("residual", () => x.Conv2d(weight, residual: Tensor.Ones([2, 5, 4, 6])));
        Refused<ShapeException>("(3, r, s, 1)", () => x.Conv2d(Tensor.Ones([6, 3, 3, 1]), groups: 3));
        Refused<SutiException>("groups", () => x.Conv2d(weight, groups: 2));
        Refused<SutiException>("stride", () => x.Conv2d(weight, stride: (1, 0)));
        Refused<SutiException>("padding", () => x.Conv2d(weight, padding: (1, -1)));
        Refused<DTypeException>("its input's type", () => x.Conv2d(Tensor.Ones(weight.Shape, DType.Float64)));
        Refused<DTypeException>("cast", () => Tensor.Ones(x.Shape, DType.Float16).Conv2d(weight));
    }

    static void Agree(OpVariant variant)
    {
        Assert.That(OpChecks.Precision(variant, Device.Cpu), Is.Null);
        Assert.That(OpChecks.Threads(variant, Device.Cpu, 1, 2, 7), Is.Null);
        Assert.That(OpChecks.Memory(variant, Device.Cpu), Is.Null);
    }
}
