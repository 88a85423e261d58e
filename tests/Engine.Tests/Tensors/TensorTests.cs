namespace SuTI.Engine.Tests.Tensors;

public class TensorTests : LeakCheck
{
    [Test]
    public void Views_share_elements_and_keep_order()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([0f, 1, 2, 3, 4, 5], [2, 3]);
        Assert.That(x.Transpose().ToArray<float>(), Is.EqualTo(new float[] { 0, 3, 1, 4, 2, 5 }));
        Assert.That(x.Transpose().Reshape(6).ToArray<float>(), Is.EqualTo(new float[] { 0, 3, 1, 4, 2, 5 }));
        Assert.That(x.Slice(1, 0, 2, step: 2).ToArray<float>(), Is.EqualTo(new float[] { 0, 2, 3, 5 }));
        Assert.That(x.Slice(0, 1, 1).Expand([4, 3]).ToArray<float>(), Is.EqualTo(new float[] { 3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5 }));
        Assert.That(x.Unsqueeze(1).Shape, Is.EqualTo(Shape.Create(2, 1, 3)));
    }

    [Test]
    public void Reshape_of_a_strided_view_is_a_view_where_it_can_be()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From(Enumerable.Range(0, 24).Select(i => (float)i).ToArray(), [2, 3, 4]);
        var rows = x.Slice(1, 1, 2); // (2, 2, 4): gaps between the two images only
        Assert.That(rows.Reshape(2, 8).ToArray<float>(), Is.EqualTo(rows.ToArray<float>()));
        Assert.That(rows.Reshape(2, 8).Storage, Is.SameAs(x.Storage));
        Assert.That(rows.Reshape(16).Storage, Is.Not.SameAs(x.Storage));
        Assert.That(rows.Reshape(16).ToArray<float>(), Is.EqualTo(rows.ToArray<float>()));
        Assert.That(rows.Reshape(2, 1, 2, 2, 2, 1).ToArray<float>(), Is.EqualTo(rows.ToArray<float>()));
    }

    [Test]
    public void What_is_born_in_a_scope_dies_with_it_unless_kept()
    {
        Tensor kept, lost;
        using (TensorScope.Open("outer"))
        {
            using (var inner = TensorScope.Open("inner"))
            {
                kept = inner.Keep(Tensor.Ones([3]));
                lost = Tensor.Ones([3]);
            }
            Assert.That(kept.ToArray<float>(), Is.EqualTo(new float[] { 1, 1, 1 }));
            Assert.That(lost.IsAlive, Is.False);
            Assert.That(() => lost.ToArray<float>(), Throws.TypeOf<LifetimeException>());
        }
        Assert.That(() => kept.Reshape(3), Throws.TypeOf<LifetimeException>());
    }

    [Test]
    public void Without_a_scope_nothing_is_born()
        => Assert.That(() => Tensor.Ones([3]), Throws.TypeOf<LifetimeException>());

    [Test]
    public void Shapes_refuse_what_cannot_be_counted()
    {
        Assert.That(() => Shape.Create(-1), Throws.TypeOf<ShapeException>());
        Assert.That(() => Shape.Create(int.MaxValue, int.MaxValue, int.MaxValue), Throws.TypeOf<ShapeException>());
        Assert.That(() => Shape.Create(1, 1, 1, 1, 1, 1, 1, 1, 1), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Memory_that_runs_out_is_an_error_that_leaves_the_process_usable()
    {
        using var scope = TensorScope.Open();
        Device.Cpu.ReleaseCached(); // else what other tests left would be given back and be enough
        Device.Cpu.Memory.Limit = Device.Cpu.Memory.ReservedBytes + (1 << 20);
        try
        {
            Assert.That(() => Tensor.Empty([1 << 22]), Throws.TypeOf<DeviceMemoryException>().With.Message.Contains("largest"));
        }
        finally
        {
            Device.Cpu.Memory.Limit = long.MaxValue;
        }
        Assert.That(Tensor.Ones([2]).ToArray<float>(), Is.EqualTo(new float[] { 1, 1 }));
    }
}
