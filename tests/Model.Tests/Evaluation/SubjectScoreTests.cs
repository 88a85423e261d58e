using SuTI.Model.Evaluation;

namespace SuTI.Model.Tests.Evaluation;

public class SubjectScoreTests
{
    static readonly float[] s_x = [1, 0], s_y = [0, 1], s_d = [0.6f, 0.8f];

    [Test]
    public void Fidelity_is_the_mean_of_all_pairs_then_of_subjects()
    {
        SubjectEmbeddings[] subjects =
        [
            new([s_x, s_y], [s_x, s_d], []),                // (1 + 0 + 0.6 + 0.8) / 4 = 0.6
            new([s_x], [s_d], []),                          // 0.6
            new([s_y, s_y], [s_y], []),                     // 1
            new([s_x], [], []),                             // nothing drawn: does not count
        ];
        var value = SubjectScores.Fidelity(subjects);
        Assert.That(value.Mean, Is.EqualTo(2.2 / 3).Within(1e-6));
        Assert.That(value.Count, Is.EqualTo(3));
        Assert.That(value.Low, Is.GreaterThanOrEqualTo(0.6 - 1e-6).And.LessThan(value.Mean));
        Assert.That(value.High, Is.LessThanOrEqualTo(1 + 1e-6).And.GreaterThan(value.Mean));
    }

    [Test]
    public void Prompt_fidelity_compares_each_picture_with_its_own_prompt()
        => Assert.That(SubjectScores.PromptFidelity([new([s_x], [s_x, s_d], [s_x, s_y])]).Mean, Is.EqualTo(0.9).Within(1e-6));

    [Test]
    public void References_are_compared_with_others_alone()
    {
        var value = SubjectScores.OfReferences([new([s_x, s_y, s_d], [], []), new([s_x], [], [])]);
        Assert.That(value.Mean, Is.EqualTo((0 + 0.6 + 0.8) / 3).Within(1e-6));
        Assert.That(value.Count, Is.EqualTo(1));
    }

    [Test]
    public void Nothing_has_no_mean() => Assert.That(SubjectScores.Fidelity([]).Mean, Is.NaN);

    [Test]
    public void The_bootstrap_holds_the_true_mean_nineteen_times_of_twenty()
    {
        var random = new Random(5);
        int held = 0;
        for (int trial = 0; trial < 400; trial++)
        {
            double[] values = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble() + random.NextDouble())];
            var interval = Bootstrap.Mean(values, draws: 400, seed: (ulong)trial);
            held += interval.Low <= 1 && 1 <= interval.High ? 1 : 0;
        }
        // Of 400 trials at 95 %, 380 are expected; the percentile method is a little narrow for 40 values.
        Assert.That(held, Is.InRange(360, 396));
    }

    [Test]
    public void The_bootstrap_is_the_same_for_the_same_seed_and_tight_for_equal_values()
    {
        double[] values = [.. Enumerable.Range(0, 30).Select(i => Math.Sin(i))];
        var first = Bootstrap.Mean(values, seed: 3);
        Assert.That(Bootstrap.Mean([.. values], seed: 3), Is.EqualTo(first));
        Assert.That(Bootstrap.Mean(values, seed: 4), Is.Not.EqualTo(first));
        Assert.That(Bootstrap.Mean([0.5, 0.5, 0.5]), Is.EqualTo(new MeanInterval(0.5, 0.5, 0.5, 3)));
    }
}
