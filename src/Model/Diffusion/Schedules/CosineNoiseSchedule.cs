using System.Globalization;
using SuTI.Engine;

namespace SuTI.Model.Diffusion;

/// <summary>
/// Continuous time from 0 to 1 with ᾱ along a squared cosine: the log-SNR at t is −ln(cos(π/2·(t + s)/(1 + s))⁻² − 1)
/// (Saharia et al., Imagen, 2022; Nichol and Dhariwal 2021).
/// </summary>
/// <param name="offset">s, at least 0: keeps a little noise at t = 0. 0 gives α = cos(πt/2), σ = sin(πt/2).</param>
/// <param name="finer">
/// What σ/α is multiplied by, more than 0: pictures with twice as many pixels a side average twice as much noise away, and need 2 to be as hard
/// (Hoogeboom et al., simple diffusion, 2023, section 3.1).
/// </param>
public sealed class CosineNoiseSchedule(double offset = CosineNoiseSchedule.UsualOffset, double finer = 1) : NoiseSchedule
{
    /// <summary>That of Nichol and Dhariwal, for pixels of 1/127.5 apart.</summary>
    public const double UsualOffset = 0.008;

    readonly double _offset = offset >= 0 && double.IsFinite(offset) ? offset
        : throw new SutiException("noise schedule", "the offset is a number of at least 0", "0 or more",
            offset.ToString(CultureInfo.InvariantCulture));

    readonly double _finer = finer > 0 && double.IsFinite(finer) ? finer
        : throw new SutiException("noise schedule", "noise is multiplied by a positive number", "more than 0", finer.ToString(CultureInfo.InvariantCulture));

    public override double LastTime => 1;

    /// <exception cref="SutiException">The time lies outside 0 … 1.</exception>
    public override NoiseLevel this[double time]
    {
        get
        {
            if (!(time is >= 0 and <= 1))
                throw new SutiException("noise schedule", "continuous time runs from 0 to 1", "0 to 1",
                    time.ToString(CultureInfo.InvariantCulture));
            // The last level has no signal; what cos(π/2) rounds to would be one.
            double cosine = time == 1 ? 0 : Math.Cos((time + _offset) / (1 + _offset) * Math.PI / 2);
            double signal = cosine * cosine, noise = _finer * _finer * (1 - signal);
            return NoiseLevel.OfSignalVariance(_finer == 1 ? signal : signal / (signal + noise));
        }
    }

    /// <summary>ln(α²/σ²), falling from +∞ (or less, by the offset) to −∞.</summary>
    public double LogSnr(double time) => 2 * this[time].HalfLogSnr;
}
