using SuTI.Model.Subjects;
using SuTI.Model.Training;

namespace SuTI.Model.Tests.Subjects;

public class SubjectTunerTests : LeakCheck
{
    static readonly TuningOptions s_quick = new() { Steps = 4, BatchSize = 3, Optimizer = new OptimizerConfig("adamw", 2e-3) };

    [Test]
    public void Tuning_is_a_function_of_its_seed_and_is_undone_bit_for_bit([Values] bool onlyAttention)
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        using var scope = TensorScope.Open("test");
        byte[] first = SmallSubjects.Weights(loaded.Weights);
        var pictures = SmallSubjects.Pictures(3);
        using var tuner = new SubjectTuner(loaded.Model, loaded.Weights, s_quick with { OnlyAttention = onlyAttention, Mirrors = true });
        tuner.Tune(pictures, 7);
        byte[] tuned = SmallSubjects.Weights(loaded.Weights);
        Assert.That(tuned, Is.Not.EqualTo(first));
        tuner.Reset();
        Assert.That(SmallSubjects.Weights(loaded.Weights), Is.EqualTo(first));
        tuner.Tune(pictures, 7);
        Assert.That(SmallSubjects.Weights(loaded.Weights), Is.EqualTo(tuned));
        tuner.Reset();
        tuner.Tune(pictures, 8);
        Assert.That(SmallSubjects.Weights(loaded.Weights), Is.Not.EqualTo(tuned));
    }

    [Test]
    public void Only_what_is_asked_for_is_tuned()
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: true);
        using var scope = TensorScope.Open("test");
        var before = loaded.Weights.Parameters.ToDictionary(parameter => parameter.Path, parameter => parameter.Value.ToArray<float>());
        using (var tuner = new SubjectTuner(loaded.Model, loaded.Weights, s_quick with { OnlyAttention = true }))
        {
            tuner.Tune(SmallSubjects.Pictures(2), 1);
            Assert.That(Changed(), Is.Not.Empty.And.All.StartsWith("unet.").And.All.Contains(".attentions."));
            tuner.Reset();
        }
        using (var tuner = new SubjectTuner(loaded.Model, loaded.Weights, s_quick))
        {
            tuner.Tune(SmallSubjects.Pictures(2), 1);
            Assert.That(Changed(), Has.Some.Contains("conv_in").And.All.StartsWith("unet."));
            tuner.Reset();
        }
        using (var tuner = new SubjectTuner(loaded.Model, loaded.Weights, s_quick with { ReadsDemonstrations = true }))
        {
            tuner.Tune(SmallSubjects.Pictures(2), 1);
            Assert.That(Changed(), Has.Some.StartsWith("apprentice.levels").And.Some.StartsWith("unet."));
        }

        IEnumerable<string> Changed() => loaded.Weights.Parameters.Where(parameter => !parameter.Value.ToArray<float>().AsSpan().SequenceEqual(before[parameter.Path]))
            .Select(parameter => parameter.Path).ToList();
    }

    [Test]
    public void A_subject_is_learnt()
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        using var tuner = new SubjectTuner(loaded.Model, loaded.Weights, s_quick with { Steps = 40 });
        var losses = new List<double>();
        double end = tuner.Tune(SmallSubjects.Pictures(1), 1, (_, loss) => losses.Add(loss));
        Assert.That(losses, Has.Count.EqualTo(40));
        Assert.That(end, Is.LessThan(0.6 * losses.Take(4).Average()));
    }

    [Test]
    public void Bad_options_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var loaded = SmallSubjects.Open(folder, isApprentice: false);
        Assert.That(() => new SubjectTuner(loaded.Model, loaded.Weights, new() { Steps = 0 }), Throws.TypeOf<SutiException>().With.Message.Contains("steps"));
        Assert.That(() => new SubjectTuner(loaded.Model, loaded.Weights, new() { ReadsDemonstrations = true }),
            Throws.TypeOf<SutiException>().With.Message.Contains("apprentice"));
        using var tuner = new SubjectTuner(loaded.Model, loaded.Weights, s_quick);
        Assert.That(() => tuner.Tune([], 1), Throws.TypeOf<SutiException>().With.Message.Contains("pictures of the subject"));
        using var stop = new CancellationTokenSource();
        Assert.That(() => tuner.Tune(SmallSubjects.Pictures(1), 1, (step, _) => stop.Cancel(), stop.Token), Throws.InstanceOf<OperationCanceledException>());
        tuner.Reset();
    }
}
