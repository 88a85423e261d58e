using SuTI.Engine.Catalogue;

namespace SuTI.Engine.Tests.Ops;

public class MatMulTests : LeakCheck
{
    // Too large for element-wise gradient checks, large enough for several chunks.
    [Test]
    public void Large_products_agree_between_precisions_and_thread_counts()
    {
        OpVariant[] variants =
        [
            Large("matmul", [[190, 300], [300, 130]], t => t[0].MatMul(t[1])),
            Large("matmul_batch", [[3, 150, 96], [96, 200]], t => t[0].MatMul(t[1])),
            Large("linear", [[190, 300], [130, 300], [130], [190, 130]], t => t[0].Linear(t[1], t[2], t[3])),
        ];
        foreach (var variant in variants)
        {
            Assert.That(OpChecks.Precision(variant, Device.Cpu), Is.Null, variant.Name);
            Assert.That(OpChecks.Threads(variant, Device.Cpu, 1, 2, 7), Is.Null, variant.Name);
            Assert.That(OpChecks.Memory(variant, Device.Cpu), Is.Null, variant.Name);
        }
    }

    [Test]
    public void A_changed_weight_is_packed_anew()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1.0, 2], [1, 2]);
        var weight = Tensor.From([3.0, 4], [1, 2]);
        Assert.That(x.Linear(weight).Item(), Is.EqualTo(11));
        weight.CopyFrom<double>([5, 6]);
        Assert.That(x.Linear(weight).Item(), Is.EqualTo(17));
        Assert.That(x.Linear(weight.Slice(1, 1, 1).Expand([1, 2])).Item(), Is.EqualTo(18));
    }

    [Test]
    public void Wrong_operands_are_refused()
    {
        using var scope = TensorScope.Open();
        Tensor a = Tensor.Ones([2, 3]), ids = Tensor.Full([2, 3], 1, DType.Int64);
        Assert.That(() => a.MatMul(a),
            Throws.TypeOf<ShapeException>().With.Message.Contains("the last axis").And.Message.Contains("(2, 3)"));
        Assert.That(() => Tensor.Ones([2, 1, 3]).MatMul(Tensor.Ones([3, 3, 2])),
            Throws.TypeOf<ShapeException>().With.Message.Contains("broadcast"));
        Assert.That(() => a.MatMul(Tensor.Scalar(2)),
            Throws.TypeOf<ShapeException>().With.Message.Contains("at least one axis"));
        Assert.That(() => a.MatMul(Tensor.Ones([3, 2], DType.Float64)),
            Throws.TypeOf<DTypeException>().With.Message.Contains("one type"));
        Assert.That(() => ids.MatMul(ids.Transpose()), Throws.TypeOf<DTypeException>().With.Message.Contains("cast"));

        Assert.That(() => a.Linear(Tensor.Ones([4, 2])),
            Throws.TypeOf<ShapeException>().With.Message.Contains("(…, 2)"));
        Assert.That(() => a.Linear(Tensor.Ones([3])),
            Throws.TypeOf<ShapeException>().With.Message.Contains("weight has 2 axes"));
        Assert.That(() => a.Linear(Tensor.Ones([4, 3]), Tensor.Ones([3])),
            Throws.TypeOf<ShapeException>().With.Message.Contains("bias"));
        Assert.That(() => a.Linear(Tensor.Ones([4, 3]), null, Tensor.Ones([4])),
            Throws.TypeOf<ShapeException>().With.Message.Contains("residual"));
        Assert.That(() => Tensor.Scalar(1).Linear(Tensor.Ones([4, 3])), Throws.TypeOf<ShapeException>());
        Assert.That(() => a.Linear(Tensor.Ones([4, 3], DType.Float64)), Throws.TypeOf<DTypeException>());
    }

    static OpVariant Large(string name, int[][] shapes, Func<Tensor[], Tensor> apply)
        => new(name, Array.ConvertAll(shapes, shape => new OpInput((Shape)shape)), apply, _ => new([0]));
}
