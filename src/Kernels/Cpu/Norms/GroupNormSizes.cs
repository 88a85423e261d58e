namespace SuTI.Kernels;

/// <summary>Sizes of a group normalisation of channels-last images.</summary>
/// <param name="Images">N.</param>
/// <param name="Pixels">Positions of one image.</param>
/// <param name="Channels">C, innermost.</param>
/// <param name="Groups">G; divides C.</param>
public readonly record struct GroupNormSizes(int Images, int Pixels, int Channels, int Groups)
{
    /// <summary>Elements of a stripe: enough to be worth a chunk, few enough to stay in the second-level cache.</summary>
    const int StripeElements = 32768;

    /// <summary>Sums over a stripe are taken in T: longer stripes would lose digits.</summary>
    const int MaxStripePixels = 512;

    public int Elements => checked(Images * Pixels * Channels);

    internal int ChannelsPerGroup => Channels / Groups;

    internal int StripePixels => Math.Clamp(StripeElements / Math.Max(1, Channels), 1, Math.Min(MaxStripePixels, Math.Max(1, Pixels)));

    internal int StripesPerImage => (Pixels + StripePixels - 1) / StripePixels;

    internal int Stripes => Images * StripesPerImage;

    /// <summary>Stripes in one parallel chunk.</summary>
    internal int StripesPerChunk => Math.Max(1, StripeElements / Math.Max(1, StripePixels * Channels));

    /// <summary>The image and pixels of stripe number <paramref name="stripe"/>.</summary>
    internal (int Image, int Begin, int End) Stripe(int stripe)
    {
        int begin = stripe % StripesPerImage * StripePixels;
        return (stripe / StripesPerImage, begin, Math.Min(begin + StripePixels, Pixels));
    }

    internal void Check()
    {
        if (Images < 0 || Pixels < 0 || Channels < 1 || Groups < 1 || Channels % Groups != 0)
            throw new ArgumentException($"group_norm: the sizes must not be negative and the groups must divide the channels; got {this}.");
    }
}
