using SuTI.Engine.Layers;
using SuTI.Engine.Optimization;

namespace SuTI.Engine.Tests.Optimization;

public class LossScaleTests : LeakCheck
{
    [Test]
    public void A_saved_scale_goes_on_as_the_one_that_was_not_interrupted()
    {
        using var straight = new LossScale(Device.Cpu, 1024, growthInterval: 3);
        using var resumed = new LossScale(Device.Cpu, 2, growthInterval: 3);
        bool[] overflows = [false, true, false, false, false, true, false, false, false, false];
        for (int step = 0; step < overflows.Length; step++)
        {
            if (step == 4)
            {
                Assert.That(straight.Save(), Is.EqualTo(new LossScaleState(512, 2, 1)));
                resumed.Load(straight.Save());
            }
            Step(straight, overflows[step]);
            if (step >= 4)
            {
                Step(resumed, overflows[step]);
                Assert.That(resumed.Save(), Is.EqualTo(straight.Save()), $"step {step}");
            }
        }
        Assert.That(straight.Save(), Is.EqualTo(new LossScaleState(1024, 1, 2)));
    }

    [TestCase(0, 0, 0)]
    [TestCase(double.NaN, 0, 0)]
    [TestCase(1e300, 0, 0)]
    [TestCase(1, -1, 0)]
    [TestCase(1, 0, -1)]
    public void A_state_that_cannot_be_is_refused(double scale, int since, int skipped)
    {
        using var loss = new LossScale(Device.Cpu);
        Assert.That(() => loss.Load(new(scale, since, skipped)), Throws.TypeOf<SutiException>());
    }

    static void Step(LossScale scale, bool overflows)
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore();
        var parameter = store.Root.Declare("p", [1], Initialiser.Ones);
        scale.Backward((parameter.Value * (overflows ? float.PositiveInfinity : 1)).Sum());
        scale.Unscale(store.Parameters);
        scale.Update();
    }
}
