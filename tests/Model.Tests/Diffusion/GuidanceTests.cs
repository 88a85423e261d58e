using SuTI.Model.Diffusion;

namespace SuTI.Model.Tests.Diffusion;

public class GuidanceTests : LeakCheck
{
    static IEnumerable<Guidance> Ways()
    {
        yield return new ClassifierFreeGuidance(7.5);
        yield return new ClassifierFreeGuidance(1);
        yield return new ClassifierFreeGuidance(0, Dropped.Text);
        yield return new InterleavedGuidance(15, 4, 0.3);
        yield return new SubjectAgnosticGuidance(7, 0, 0.9);
        yield return new SubjectAgnosticGuidance(7, -0.5, 0.9);
    }

    [TestCaseSource(nameof(Ways))]
    public void Weights_sum_to_1_and_none_is_0(Guidance guidance)
    {
        for (int step = 0; step < 50; step++)
        {
            var terms = guidance.Terms(step, 1 - (step / 50.0));
            Assert.That(terms.Sum(term => term.Weight), Is.EqualTo(1).Within(1e-12));
            Assert.That(terms.Select(term => term.Weight), Has.None.Zero);
            Assert.That(terms.Select(term => term.Dropped), Is.Unique);
        }
    }

    [Test]
    public void Only_what_counts_is_asked_for()
    {
        Assert.That(Guidance.None.Terms(0, 0), Is.EqualTo(new[] { new GuidanceTerm(Dropped.Nothing, 1) }));
        // Noisy steps see no demonstrations.
        Assert.That(new SubjectAgnosticGuidance(2, 0, 0.9).Terms(0, 0.95).Select(term => term.Dropped),
            Is.EqualTo(new[] { Dropped.Demonstrations, Dropped.Everything }));
        Assert.That(new SubjectAgnosticGuidance(2, 0, 0.9).Terms(0, 0.5),
            Is.EqualTo(new[] { new GuidanceTerm(Dropped.Nothing, 3), new GuidanceTerm(Dropped.Everything, -2) }));
    }

    [Test]
    public void Answers_are_summed_and_a_learned_variance_is_the_conditional_one()
    {
        using var scope = TensorScope.Open("test");
        var text = Tensor.Normal([2, 3, 3, 4], new RandomKey(1, 1));
        var none = Tensor.Normal([2, 3, 3, 4], new RandomKey(1, 2));
        var guidance = new ClassifierFreeGuidance(4);
        var guided = guidance.Combine(guidance.Terms(0, 0), Tensor.Concat(0, text, none), guided: 3);
        var expected = none.Slice(-1, 0, 3) + ((text.Slice(-1, 0, 3) - none.Slice(-1, 0, 3)) * 4);
        Assert.That(guided.Slice(-1, 0, 3).ToDoubles(), Is.EqualTo(expected.ToDoubles()).Within(1e-5));
        Assert.That(guided.Slice(-1, 3, 1).ToDoubles(), Is.EqualTo(text.Slice(-1, 3, 1).ToDoubles()));
    }

    [Test]
    public void Three_answers_are_summed_as_the_paper_nests_them()
    {
        using var scope = TensorScope.Open("test");
        var answers = Enumerable.Range(0, 3).Select(i => Tensor.Normal([1, 2, 2, 3], new RandomKey(1, (uint)i))).ToArray();
        const double outer = 7, inner = -0.4;
        var guidance = new SubjectAgnosticGuidance(outer, inner, 1);
        var terms = guidance.Terms(0, 0.5);
        Assert.That(terms.Select(term => term.Dropped),
            Is.EqualTo(new[] { Dropped.Nothing, Dropped.Demonstrations, Dropped.Everything }));
        var nested = (answers[0] * (1 + inner)) - (answers[1] * inner);
        var expected = (nested * (1 + outer)) - (answers[2] * outer);
        Assert.That(guidance.Combine(terms, Tensor.Concat(0, answers), 3).ToDoubles(),
            Is.EqualTo(expected.ToDoubles()).Within(1e-4));
    }

    [Test]
    public void Rescaled_answers_have_the_spread_of_the_conditional_one()
    {
        using var scope = TensorScope.Open("test");
        var answers = Tensor.Normal([4, 8, 8, 3], new RandomKey(1, 1));
        var guidance = new ClassifierFreeGuidance(7.5) { Rescale = 1 };
        var guided = guidance.Combine(guidance.Terms(0, 0), answers, 3);
        Assert.That(guided.StandardDeviation([1, 2, 3]).ToDoubles(),
            Is.EqualTo(answers.Slice(0, 0, 2).StandardDeviation([1, 2, 3]).ToDoubles()).Within(1e-5));
    }

    [Test]
    public void Interleaving_chooses_by_its_share_and_seed_alone()
    {
        var guidance = new InterleavedGuidance(3, 2, 0.3, Seed: 5);
        bool[] choices = [.. Enumerable.Range(0, 2000).Select(guidance.IsForText)];
        Assert.That(choices.Count(isForText => isForText) / 2000.0, Is.EqualTo(0.3).Within(0.04));
        Assert.That(Enumerable.Range(0, 2000).Select(guidance.IsForText), Is.EqualTo(choices));
        int step = Array.IndexOf(choices, true);
        Assert.That(guidance.Terms(step, 0),
            Is.EqualTo(new[] { new GuidanceTerm(Dropped.Nothing, 3), new GuidanceTerm(Dropped.Text, -2) }));
    }
}
