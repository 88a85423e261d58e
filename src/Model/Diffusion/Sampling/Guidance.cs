using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>A share of the guided answer.</summary>
/// <param name="Dropped">What the network is asked without.</param>
/// <param name="Weight">All weights of a step sum to 1.</param>
public readonly record struct GuidanceTerm(Dropped Dropped, double Weight);

/// <summary>
/// How the answers with and without conditions become one. All known ways are weighted sums, so a way is its weights, which
/// may change from step to step.
/// </summary>
public abstract record Guidance
{
    /// <summary>Only the answer with all conditions.</summary>
    public static Guidance None { get; } = new ClassifierFreeGuidance(1);

    /// <summary>
    /// From 0 to 1: how far the deviation of the guided answer is taken back to that of the answer with all conditions (Lin
    /// et al. 2023, section 3.4).
    /// </summary>
    public double Rescale { get; init; }

    /// <summary>What a step asks for, the answer with most conditions first.</summary>
    public IReadOnlyList<GuidanceTerm> Terms(int step, double time)
        => [.. Shares(step, time).Where(term => term.Weight != 0)];

    /// <summary>The guided answer.</summary>
    /// <param name="terms">As <see cref="Terms"/> gave them.</param>
    /// <param name="answers">(terms · N, …), one below the other.</param>
    /// <param name="guided">
    /// Channels that are guided; of those behind them, a learned variance, the first term's are taken.
    /// </param>
    /// <returns>(N, …)</returns>
    public Tensor Combine(IReadOnlyList<GuidanceTerm> terms, Tensor answers, int guided)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(answers);
        if (terms.Count == 1)
            return answers;
        using var scope = TensorScope.Open("guidance");
        int samples = answers.Shape[0] / terms.Count, channels = answers.Shape[-1];
        var all = terms.Select((_, i) => answers.Slice(0, i * samples, samples)).ToList();
        var first = all[0].Slice(-1, 0, guided);
        // From the least conditioned answer along the differences, which are small: a sum of large weights would lose
        // digits.
        var start = all[^1].Slice(-1, 0, guided);
        var sum = start;
        for (int i = 0; i < terms.Count - 1; i++)
            sum += (all[i].Slice(-1, 0, guided) - start) * terms[i].Weight;
        if (Rescale > 0)
            sum = Rescaled(sum, first);
        return scope.Keep(guided == channels ? sum
            : Tensor.Concat(-1, sum, all[0].Slice(-1, guided, channels - guided)));
    }

    /// <summary>The weights of a step, the term with most conditions first; they sum to 1.</summary>
    protected abstract IEnumerable<GuidanceTerm> Shares(int step, double time);

    Tensor Rescaled(Tensor guided, Tensor conditional)
    {
        int[] axes = [.. Enumerable.Range(1, guided.Shape.Rank - 1)];
        var ratio = conditional.StandardDeviation(axes, keepAxes: true) / guided.StandardDeviation(axes, keepAxes: true);
        return guided * ((ratio * Rescale) + (1 - Rescale));
    }
}

/// <summary>
/// ε(∅) + scale · (ε(c) − ε(∅)) (Ho and Salimans, Classifier-Free Diffusion Guidance, 2022).
/// </summary>
/// <param name="Scale">1 asks with all conditions only, 0 with none.</param>
/// <param name="Null">What ∅ goes without.</param>
public sealed record ClassifierFreeGuidance(double Scale, Dropped Null = Dropped.Everything) : Guidance
{
    protected override IEnumerable<GuidanceTerm> Shares(int step, double time)
        => [new(Dropped.Nothing, Scale), new(Null, 1 - Scale)];
}

/// <summary>
/// At each step either the text or the demonstrations are strengthened, by chance (Chen et al., Re-Imagen, 2022, section
/// 3.3): w·ε(text, demonstrations) − (w − 1)·ε without the one.
/// </summary>
/// <param name="TextWeight">w of a step for the text.</param>
/// <param name="DemonstrationWeight">w of a step for the demonstrations.</param>
/// <param name="TextShare">η, the probability of a step for the text.</param>
/// <param name="Seed">
/// Of the choices, which depend on it and the step alone: all samples of a run are guided alike, however it is split.
/// </param>
public sealed record InterleavedGuidance(double TextWeight, double DemonstrationWeight, double TextShare = 0.5,
    ulong Seed = 0) : Guidance
{
    /// <summary>Whether a step strengthens the text.</summary>
    public bool IsForText(int step)
    {
        using var scope = TensorScope.Open("interleaved guidance");
        return Tensor.Uniform(Shape.Scalar, RandomKey.For("interleaved guidance", Seed, (uint)step)).Item() < TextShare;
    }

    protected override IEnumerable<GuidanceTerm> Shares(int step, double time)
    {
        bool isForText = IsForText(step);
        double weight = isForText ? TextWeight : DemonstrationWeight;
        return [new(Dropped.Nothing, weight), new(isForText ? Dropped.Text : Dropped.Demonstrations, 1 - weight)];
    }
}

/// <summary>
/// Subject-agnostic guidance (Chan et al. 2024): ε̄ = (1 + v)·ε(text, demonstrations) − v·ε(text), then
/// (1 + <paramref name="Weight"/>)·ε̄ − <paramref name="Weight"/>·ε(∅), with v = <paramref name="InnerWeight"/> up to
/// <paramref name="LastTime"/> and −1 in noisier steps, which therefore see the text alone.
/// </summary>
/// <param name="Weight">w; 0 is no guidance.</param>
/// <param name="InnerWeight">r, from −1 to 0.</param>
/// <param name="LastTime">T, in the times of the schedule.</param>
public sealed record SubjectAgnosticGuidance(double Weight, double InnerWeight, double LastTime) : Guidance
{
    protected override IEnumerable<GuidanceTerm> Shares(int step, double time)
    {
        double inner = time <= LastTime ? InnerWeight : -1;
        return
        [
            new(Dropped.Nothing, (1 + Weight) * (1 + inner)), new(Dropped.Demonstrations, (1 + Weight) * -inner),
            new(Dropped.Everything, -Weight),
        ];
    }
}
