namespace SuTI.Model.Diffusion;

/// <summary>Which of the training's steps a shorter sampling visits (Lin et al. 2023, table 2).</summary>
public enum TimestepSpacing
{
    /// <summary>Multiples of a whole stride from 0 on: the noisiest steps are left out.</summary>
    Leading,

    /// <summary>From the noisiest step down by a stride: the cleanest are left out.</summary>
    Trailing,

    /// <summary>Evenly from the first to the last, both visited.</summary>
    Linspace,
}
