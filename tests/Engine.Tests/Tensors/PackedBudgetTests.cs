namespace SuTI.Engine.Tests.Tensors;

/// <summary>Packed weights stay within their budget, and no bit of a result depends on whether they are kept.</summary>
[NonParallelizable]
public class PackedBudgetTests : LeakCheck
{
    [Test]
    public void Results_are_the_same_with_and_without_a_budget_and_it_is_kept()
    {
        long before = Device.Cpu.PackedBudget;
        try
        {
            double[] kept = Run(1L << 30, out long most);
            Assert.That(most, Is.GreaterThan(0));
            Assert.That(Run(0, out long none), Is.EqualTo(kept));
            Assert.That(none, Is.Zero);
            Assert.That(Run(most / 2, out long half), Is.EqualTo(kept));
            Assert.That(half, Is.GreaterThan(0).And.LessThanOrEqualTo(most / 2));
            Assert.That(Device.Cpu.DerivedBytes, Is.Zero, "what goes with its weights is counted back");
        }
        finally
        {
            Device.Cpu.PackedBudget = before;
        }
    }

    static double[] Run(long budget, out long packed)
    {
        Device.Cpu.PackedBudget = budget;
        using var scope = TensorScope.Open("test");
        uint drawn = 0;
        Tensor Drawn(params int[] shape) => Tensor.Normal(Shape.Create(shape), new RandomKey(1, drawn++));
        var x = Drawn(2, 9, 7, 48);
        Tensor kernel = Drawn(96, 3, 3, 48), matrix = Drawn(80, 96), second = Drawn(40, 80);
        double[] values = [];
        for (int turn = 0; turn < 2; turn++)
            values = x.Conv2d(kernel, padding: 1).Linear(matrix).Linear(second).ToDoubles();
        packed = Device.Cpu.DerivedBytes;
        return values;
    }
}
