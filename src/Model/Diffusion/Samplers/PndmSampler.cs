using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// Pseudo numerical methods (Liu et al., Pseudo Numerical Methods for Diffusion Models on Manifolds, 2022): the outputs of
/// several calls are mixed as Adams and Bashforth, or Runge and Kutta, mix slopes; the mixed ε carries the sample on as in
/// <see cref="DdimSampler"/>.
/// </summary>
/// <remarks>
/// The history holds raw outputs, and the sample that a repeated step starts from again. Without the Runge-Kutta start
/// (Stable Diffusion's way) the second step repeats the first with both slopes; with it, three rounds of four calls come
/// first.
/// </remarks>
public sealed class PndmSampler : Sampler
{
    const int Order = 4, Rounds = 3;

    // Weights of the newest output and those before it.
    static readonly double[] s_first = [1], s_heun = [1 / 2.0, 1 / 2.0];

    static readonly double[][] s_adams =
    [
        [1], [3 / 2.0, -1 / 2.0], [23 / 12.0, -16 / 12.0, 5 / 12.0], [55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0],
    ];

    static readonly double[] s_rungeKutta = [1 / 6.0, 1 / 3.0, 1 / 3.0, 1 / 6.0];

    readonly IReadOnlyList<Mix> _mixes;

    PndmSampler(IReadOnlyList<(SamplingStep Step, Mix Mix)> plan, PredictionType prediction)
        : base([.. plan.Select(entry => entry.Step)], prediction, bound: null)
        => _mixes = [.. plan.Select(entry => entry.Mix)];

    /// <param name="times">Of the schedule, noisiest first; some are visited more than once.</param>
    /// <param name="stride">Training steps that a step goes down.</param>
    /// <param name="end">The level below time 0.</param>
    /// <param name="skipsRungeKutta">Whether the walk begins without rounds of four calls.</param>
    /// <exception cref="SutiException">Fewer than 4 times for the rounds, or a time the schedule lacks.</exception>
    public static PndmSampler Create(NoiseSchedule schedule, IReadOnlyList<double> times, int stride, NoiseLevel end,
        bool skipsRungeKutta, PredictionType prediction)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(times);
        if (!skipsRungeKutta && times.Count < Order)
            throw new SutiException(Subject, "a Runge-Kutta start takes steps", $"at least {Order}",
                FormattableString.Invariant($"{times.Count}"));
        var plan = new List<(SamplingStep, Mix)>();
        if (skipsRungeKutta)
            PlanStart();
        else
            PlanRounds();
        int firstPlain = skipsRungeKutta ? 1 : Rounds;
        for (int i = firstPlain; i < times.Count; i++)
        {
            int known = skipsRungeKutta ? Math.Min(i + 1, Order) : Order;
            if (skipsRungeKutta && i == 1)
                PlanRepeat();
            Plan(times[i], times[i], times[i] - stride, new(s_adams[known - 1]) { Keeps = Order - 1 });
        }
        return new(plan, prediction);

        void PlanStart() => Plan(times[0], times[0], times[0] - stride, new(s_first) { Keeps = 1, KeepsSample = true });

        void PlanRepeat() => Plan(times[1], times[1] + stride, times[1],
            new(s_heun) { Keeps = 1, IsForgotten = true, StartsAgain = true });

        void PlanRounds()
        {
            int half = stride / 2;
            for (int round = 0; round < Rounds; round++)
            {
                double top = times[round], low = times[round + 1];
                var again = new Mix(s_first) { Keeps = Order + Rounds, StartsAgain = true, KeepsSample = true };
                Plan(top, top, top - half, again with { StartsAgain = false });
                Plan(low + half, top, low + half, again);
                Plan(low + half, top, low, again);
                Plan(low, top, low, new(s_rungeKutta)
                {
                    Keeps = Order - 1,
                    IsForgotten = true,
                    ForgetsNewest = 2,
                    StartsAgain = true,
                });
            }
        }

        void Plan(double time, double from, double to, Mix mix) => plan.Add((new(time, Level(from), Level(to)), mix));

        NoiseLevel Level(double time) => time < 0 ? end : schedule[time];
    }

    private protected override SamplerResult Move(int step, Tensor x, Tensor output, Tensor? variance,
        SamplerHistory history, Tensor? noise)
    {
        var mix = _mixes[step];
        var (_, from, to) = Steps[step];
        if (history.Outputs.Count < mix.Weights.Length - 1 || (mix.StartsAgain && history.Sample is null))
            throw new SutiException(Subject, "continues the walk whose history it is given",
                FormattableString.Invariant($"{mix.Weights.Length - 1} outputs"),
                FormattableString.Invariant($"{history.Outputs.Count}"));
        var start = mix.StartsAgain ? history.Sample! : x;
        var mixed = output * mix.Weights[0];
        for (int i = 1; i < mix.Weights.Length; i++)
            mixed += history.Outputs[i - 1] * mix.Weights[i];

        var (cleanOfX, cleanOfOutput) = CleanFactors(from);
        var (noiseOfX, noiseOfOutput) = NoiseFactors(from);
        // In one sum: x₀ alone is as much larger as 1/α, and what f32 rounds in it would stay.
        var next = Sum((start, (to.Alpha * cleanOfX) + (to.Sigma * noiseOfX)),
            (mixed, (to.Alpha * cleanOfOutput) + (to.Sigma * noiseOfOutput)));
        return new(next, Clean(from, start, mixed), mix.Remember(history, output, start));
    }

    /// <summary>How a step mixes outputs, and what it leaves for the next.</summary>
    sealed record Mix(double[] Weights)
    {
        /// <summary>Outputs that stay.</summary>
        public required int Keeps { get; init; }

        /// <summary>Whether this step's own output does not stay.</summary>
        public bool IsForgotten { get; init; }

        /// <summary>Earlier outputs, the newest, that go.</summary>
        public int ForgetsNewest { get; init; }

        public bool KeepsSample { get; init; }

        /// <summary>Whether it starts from the sample that was kept.</summary>
        public bool StartsAgain { get; init; }

        public SamplerHistory Remember(SamplerHistory history, Tensor output, Tensor start)
        {
            var outputs = history.Outputs.Skip(ForgetsNewest);
            if (!IsForgotten)
                outputs = outputs.Prepend(output);
            return new([.. outputs.Take(Keeps)], KeepsSample ? start : null);
        }
    }
}
