namespace SuTI.Engine.Tests.Cuda;

/// <summary>What kernels find wrong with indices is thrown where the host waits, and nowhere before.</summary>
public class DeferredFaultTests : LeakCheck
{
    [Test]
    public void A_bad_id_is_told_when_a_value_is_read([Values(-1, 4)] int id)
    {
        using var scope = TensorScope.Open();
        var table = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8], [4, 2], Device.Cuda());
        var rows = table.Embedding(Tensor.From([3, 0, id, id], [4], Device.Cuda()));
        var (error, values) = (Assert.Throws<SutiException>(() => rows.ToArray<float>())!, rows.ToArray<float>());
        Assert.That(error.Message, Does.Contain("embedding").And.Contain("outside the table").And.Contain("0 to 3").And.Contain("position 2"));
        Assert.That(values, Is.EqualTo(new float[] { 7, 8, 1, 2, 0, 0, 0, 0 }), "bad rows are zeros, and the fault is told once");
    }

    [Test]
    public void A_bad_index_is_told_when_the_host_waits()
    {
        using var scope = TensorScope.Open();
        var x = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3], Device.Cuda());
        x.Gather(1, Tensor.From([2L, 0, 1, 3], [2, 2], Device.Cuda()));
        var error = Assert.Throws<SutiException>(Device.Cuda().Synchronize)!;
        Assert.That(error.Message, Does.Contain("gather").And.Contain("outside axis 1").And.Contain("0 to 2").And.Contain("position 3"));
        Assert.DoesNotThrow(Device.Cuda().Synchronize);
    }

    [Test]
    public void Gradients_of_bad_rows_reach_nothing([Values(DType.Int32, DType.Int64)] DType index)
    {
        using var scope = TensorScope.Open();
        var table = Tensor.From([1f, 2, 3, 4], [2, 2], Device.Cuda());
        table.RequiresGradient = true;
        var ids = Tensor.From([1L, 7, 1], [3], Device.Cuda()).Cast(index);
        var y = table.Embedding(ids);
        y.Backward(Tensor.From([1f, 2, 3, 4, 5, 6], [3, 2], Device.Cuda()));
        Assert.Throws<SutiException>(Device.Cuda().Synchronize);
        Assert.That(table.Gradient!.ToArray<float>(), Is.EqualTo(new float[] { 0, 0, 6, 8 }));
    }

    [Test]
    public void The_first_value_that_is_not_finite_is_found([Values(DType.Float32, DType.BFloat16, DType.Float16)] DType dtype)
    {
        using var scope = TensorScope.Open();
        float[] values = new float[10_001];
        long Find() => Device.Cuda().FirstNonFinite(Tensor.From(values, [values.Length], Device.Cuda()).Cast(dtype));
        Assert.That(Find(), Is.EqualTo(-1));
        values[10_000] = float.NegativeInfinity;
        Assert.That(Find(), Is.EqualTo(10_000));
        values[4321] = float.NaN;
        values[4322] = float.PositiveInfinity;
        Assert.That(Find(), Is.EqualTo(4321));
    }
}
