namespace SuTI.Engine.Tests.Cuda;

/// <summary>Targets stay on the device: one that is no class is found by the kernel and thrown where the host waits.</summary>
public class CrossEntropyTargetTests : LeakCheck
{
    [TestCase(3)]
    [TestCase(-1)]
    [TestCase(long.MaxValue)]
    public void A_target_that_is_no_class_is_told_when_the_host_waits(long target)
    {
        using var scope = TensorScope.Open("test");
        var x = Tensor.From(new float[12], [4, 3], Device.Cuda());
        var loss = x.CrossEntropy(Tensor.From(new long[] { 0, 2, target, 1 }, [4], Device.Cuda()));
        var thrown = Assert.Throws<SutiException>(() => loss.ToDoubles());
        Assert.Multiple(() =>
        {
            Assert.That(thrown!.Message, Does.Contain("cross_entropy").And.Contain("no class").And.Contain("position 2"));
            Assert.That(loss.ToDoubles()[0], Is.NaN, "thrown once, the loss can still be looked at");
        });
    }

    [Test]
    public void The_ignored_number_is_no_fault()
    {
        using var scope = TensorScope.Open("test");
        var x = Tensor.From(new float[6], [2, 3], Device.Cuda());
        var loss = x.CrossEntropy(Tensor.From(new long[] { -100, 1 }, [2], Device.Cuda()), ignore: -100);
        Assert.That(loss.ToDoubles()[0], Is.EqualTo(Math.Log(3)).Within(1e-6));
    }
}
