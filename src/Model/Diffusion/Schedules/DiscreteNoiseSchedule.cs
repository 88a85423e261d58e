using System.Globalization;
using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>Noise that is added in whole steps: ᾱₜ = ∏ (1 − βₛ) over s = 0 … t.</summary>
public sealed class DiscreteNoiseSchedule : NoiseSchedule
{
    /// <summary>What a schedule may have, so that a broken file takes no memory.</summary>
    public const int MostSteps = 1 << 20;

    const string Subject = "noise schedule";
    const double CosineOffset = 0.008, LargestBeta = 0.999, SigmoidReach = 6;

    readonly double[] _betas, _signalVariances;

    /// <exception cref="SutiException">No steps, too many, or a β outside 0 … 1.</exception>
    public DiscreteNoiseSchedule(BetaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int steps = options.Trained?.Count ?? options.Steps;
        if (steps is < 1 or > MostSteps)
            throw new SutiException(Subject, "has a number of steps", Invariant($"1 to {MostSteps}"),
                Invariant($"{steps}"));
        _betas = options.Trained?.ToArray() ?? Betas(options);
        if (options.EndsInPureNoise)
            _betas = Stretch(_betas);
        int wrong = Array.FindIndex(_betas, beta => !(beta is >= 0 and <= 1));
        if (wrong >= 0)
            throw new SutiException(Subject, Invariant($"the variance of step {wrong} lies between 0 and 1"), "0 to 1",
                Invariant($"{_betas[wrong]}"));
        _signalVariances = Products(_betas);
    }

    /// <summary>βₜ of each step.</summary>
    public IReadOnlyList<double> StepVariances => _betas;

    /// <summary>ᾱₜ of each step.</summary>
    public IReadOnlyList<double> SignalVariances => _signalVariances;

    public int Steps => _betas.Length;

    public override double LastTime => Steps - 1;

    /// <exception cref="SutiException">No whole number, or none of the steps.</exception>
    public override NoiseLevel this[double time]
        => time >= 0 && time < Steps && time == Math.Floor(time)
            ? NoiseLevel.OfSignalVariance(_signalVariances[(int)time])
            : throw new SutiException(Subject, "times are the steps of training", Invariant($"0 to {Steps - 1}"),
                time.ToString(CultureInfo.InvariantCulture));

    /// <summary>σ/α of each step, rising.</summary>
    internal double[] Ratios()
        => Array.ConvertAll(_signalVariances, variance => NoiseLevel.OfSignalVariance(variance).Ratio);

    static double[] Betas(BetaOptions options)
    {
        double[] betas = new double[options.Steps];
        for (int i = 0; i < betas.Length; i++)
        {
            double share = betas.Length == 1 ? 0 : (double)i / (betas.Length - 1);
            betas[i] = options.Curve switch
            {
                BetaCurve.Linear => Mix(options.Start, options.End, share),
                BetaCurve.ScaledLinear => Square(Mix(Math.Sqrt(options.Start), Math.Sqrt(options.End), share)),
                BetaCurve.SquaredCosine => Math.Min(1 - (Cosine(i + 1, betas.Length) / Cosine(i, betas.Length)),
                    LargestBeta),
                BetaCurve.Sigmoid => Mix(options.Start, options.End,
                    1 / (1 + Math.Exp(-Mix(-SigmoidReach, SigmoidReach, share)))),
                _ => throw new ArgumentOutOfRangeException(nameof(options)),
            };
        }
        return betas;
    }

    // ᾱ of the continuous curve, up to its value at 0.
    static double Cosine(int step, int steps)
        => Square(Math.Cos((((double)step / steps) + CosineOffset) / (1 + CosineOffset) * Math.PI / 2));

    static double[] Stretch(double[] betas)
    {
        double[] roots = Array.ConvertAll(Products(betas), Math.Sqrt);
        double first = roots[0], last = roots[^1];
        double[] squares = Array.ConvertAll(roots, root => Square((root - last) * first / (first - last)));
        double[] stretched = new double[betas.Length];
        for (int i = 0; i < stretched.Length; i++)
            stretched[i] = 1 - (i == 0 ? squares[0] : squares[i] / squares[i - 1]);
        return stretched;
    }

    static double[] Products(double[] betas)
    {
        double[] products = new double[betas.Length];
        double product = 1;
        for (int i = 0; i < products.Length; i++)
            products[i] = product *= 1 - betas[i];
        return products;
    }

    static double Mix(double from, double to, double share) => from + ((to - from) * share);

    static double Square(double x) => x * x;

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
