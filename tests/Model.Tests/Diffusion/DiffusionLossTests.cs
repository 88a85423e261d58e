using SuTI.Model.Diffusion;
using PredictionType = SuTI.Model.Diffusion.PredictionType;

namespace SuTI.Model.Tests.Diffusion;

public class DiffusionLossTests : LeakCheck
{
    static readonly CosineNoiseSchedule s_schedule = new();

    /// <summary>Whatever a network says, the same x₀ costs the same.</summary>
    [Test]
    public void Weights_mean_the_same_for_every_prediction()
    {
        using var scope = TensorScope.Open("test");
        Tensor clean = Drawn(1), noise = Drawn(2), guess = Drawn(3);
        double[] times = [0.15, 0.5, 0.8, 0.95];
        var x = s_schedule.AddNoise(clean, noise, times);
        foreach (LossWeighting weighting in new LossWeighting[] { new MinSnrWeighting(), new InverseNoiseWeighting() })
        {
            double[] losses = [.. Enum.GetValues<PredictionType>().Select(prediction =>
                new DiffusionObjective(s_schedule, prediction) { Weighting = weighting }
                    .Loss(Saying(prediction, guess, x, times), clean, noise, times).Item())];
            Assert.That(losses, Is.All.EqualTo(losses[1]).Within(1e-4 * losses[1]));
        }
    }

    [Test]
    public void Weights_are_those_of_the_papers()
    {
        var much = s_schedule[0.9];
        var little = s_schedule[0.05];
        Assert.That(new MinSnrWeighting(5).Of(PredictionType.Epsilon, much), Is.EqualTo(1));
        Assert.That(new MinSnrWeighting(5).Of(PredictionType.Epsilon, little),
            Is.EqualTo(5 / little.SignalToNoise).Within(1e-12));
        Assert.That(new InverseNoiseWeighting(6).Of(PredictionType.Sample, much),
            Is.EqualTo(1 / much.NoiseVariance).Within(1e-12));
        Assert.That(new InverseNoiseWeighting(6).Of(PredictionType.Sample, little), Is.EqualTo(6));
        foreach (var prediction in Enum.GetValues<PredictionType>())
            Assert.That(new MinSnrWeighting(5).Of(prediction, NoiseLevel.Clean), Is.Not.NaN);
        Assert.That(new MinSnrWeighting(5).Of(PredictionType.Sample, s_schedule[1]), Is.Zero);
    }

    [Test]
    public void Halves_are_told_apart_and_a_learned_variance_gets_no_gradient()
    {
        using var scope = TensorScope.Open("test");
        Tensor clean = Drawn(1), noise = Drawn(2);
        var output = Tensor.Normal([4, 3, 3, 4], new RandomKey(1, 9));
        output.RequiresGradient = true;
        var objective = new DiffusionObjective(s_schedule, PredictionType.Epsilon);
        var loss = new PriorPreservation(0.5).Loss(objective, output, clean, noise, [0.5]);
        double Half(int start) => (output.Slice(-1, 0, 2).Slice(0, start, 2) - noise.Slice(0, start, 2)).Square().Mean()
            .Item();
        Assert.That(loss.Instance.Item(), Is.EqualTo(Half(0)).Within(1e-6));
        Assert.That(loss.Prior.Item(), Is.EqualTo(Half(2)).Within(1e-6));
        Assert.That(loss.Total.Item(), Is.EqualTo(Half(0) + (0.5 * Half(2))).Within(1e-6));
        loss.Total.Backward();
        Assert.That(output.Gradient!.Slice(-1, 2, 2).Abs().Max().Item(), Is.Zero);
        Assert.That(output.Gradient!.Slice(-1, 0, 2).Abs().Min().Item(), Is.Positive);
        output.ClearGradient();
        Assert.That(() => new PriorPreservation().Loss(objective, output.Slice(0, 0, 3), clean.Slice(0, 0, 3),
            noise.Slice(0, 0, 3), [0.5]), Throws.TypeOf<ShapeException>().With.Message.Contains("half"));
        Assert.That(() => objective.Loss(clean.Slice(1, 0, 2), clean, noise, [0.5]), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Times_are_spread_and_repeat()
    {
        double[] times = TrainingTimes.Stratified(s_schedule, 64, seed: 3, step: 8);
        Assert.That(times.Order().Select((time, i) => Math.Floor(time * 64) == i), Is.All.True);
        Assert.That(TrainingTimes.Stratified(s_schedule, 64, 3, 8), Is.EqualTo(times));
        Assert.That(TrainingTimes.Stratified(s_schedule, 64, 3, 9), Is.Not.EqualTo(times));
        var discrete = new DiscreteNoiseSchedule(new(10));
        double[] steps = TrainingTimes.Uniform(discrete, 400, 3, 8);
        Assert.That(steps.Distinct().Order(), Is.EqualTo(Enumerable.Range(0, 10).Select(i => (double)i)));
        Assert.That(TrainingTimes.Uniform(discrete, 100, 3, 8, firstSample: 300), Is.EqualTo(steps[300..]));
    }

    static Tensor Saying(PredictionType prediction, Tensor guess, Tensor x, double[] times)
    {
        if (prediction == PredictionType.Sample)
            return guess;
        return Tensor.Concat(0, [.. times.Select((time, i) =>
        {
            var level = s_schedule[time];
            Tensor one = x.Slice(0, i, 1), said = guess.Slice(0, i, 1);
            return prediction == PredictionType.Epsilon ? (one - (said * level.Alpha)) / level.Sigma
                : ((one * level.Alpha) - said) / level.Sigma;
        })]);
    }

    static Tensor Drawn(uint purpose) => Tensor.Normal([4, 3, 3, 2], new RandomKey(1, purpose));
}
