namespace SuTI.Engine.Tests.Ops;

public class IndexingTests : LeakCheck
{
    [Test]
    public void Wrong_lookups_are_refused()
    {
        using var scope = TensorScope.Open();
        Tensor table = Tensor.Ones([4, 3]), ids = Tensor.From([0L, 3], [2]);
        void Refused<TError>(string rule, Func<Tensor> call) where TError : SutiException
            => Assert.That(call, Throws.TypeOf<TError>().With.Message.Contains(rule));
        Refused<SutiException>("expected 0 to 3, found 4 at position 1",
            () => table.Embedding(Tensor.From([0L, 4], [2])));
        Refused<SutiException>("found -1 at position 0", () => table.Embedding(Tensor.From([-1], [1])));
        Refused<ShapeException>("table has 2 axes", () => Tensor.Ones([4]).Embedding(ids));
        Refused<ShapeException>("one axis more",
            () => table.Embedding(Tensor.Full([1, 1, 1, 1, 1, 1, 1, 1], 0, DType.Int64)));
        Refused<DTypeException>("whole numbers", () => table.Embedding(Tensor.Ones([2])));
        Refused<DTypeException>("cast", () => Tensor.Full([4, 3], 1, DType.Float16).Embedding(ids));

        Refused<SutiException>("axis 0; expected 0 to 3, found 9 at position 2",
            () => table.Gather(0, Tensor.From([0L, 1, 9], [1, 3])));
        Refused<ShapeException>("at most as long", () => table.Gather(0, Tensor.Full([2, 4], 0, DType.Int64)));
        Refused<ShapeException>("indices has 2 axes", () => table.Gather(0, ids));
        Refused<ShapeException>("no such axis", () => table.Gather(2, Tensor.Full([2, 3], 0, DType.Int64)));
        Refused<DTypeException>("whole numbers", () => table.Gather(0, Tensor.Ones([2, 3])));

        Refused<ShapeException>("ids has 1 axes", () => table.IndexSelect(0, Tensor.Full([2, 3], 0, DType.Int64)));
        Refused<ShapeException>("no such axis", () => table.IndexSelect(2, ids));
        Refused<SutiException>("outside", () => table.IndexSelect(1, ids));
    }

    [Test]
    public void Wrong_paddings_and_shuffles_are_refused()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.Ones([1, 3, 4, 2]);
        Assert.That(() => x.Pad([1], [1]), Throws.TypeOf<ShapeException>().With.Message.Contains("each axis"));
        Assert.That(() => x.Pad([0, 0, -1, 0], [0, 0, 0, 0]),
            Throws.TypeOf<SutiException>().With.Message.Contains("negative"));
        Assert.That(() => Tensor.Ones([3]).Pad2d(1), Throws.TypeOf<ShapeException>());
        Assert.That(() => x.PixelShuffle(2), Throws.TypeOf<ShapeException>().With.Message.Contains("multiple of 4"));
        Assert.That(() => x.PixelUnshuffle(2), Throws.TypeOf<ShapeException>().With.Message.Contains("multiples of 2"));
        Assert.That(() => x.PixelShuffle(0), Throws.TypeOf<SutiException>());
        Assert.That(() => Tensor.Ones([3]).PixelUnshuffle(1), Throws.TypeOf<ShapeException>());
    }
}
