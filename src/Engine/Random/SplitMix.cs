namespace SuTI.Engine;

/// <summary>A small generator for checks alone, so that they do not stand on the engine's own (Steele et al., 2014, SplitMix64).</summary>
struct SplitMix(ulong seed)
{
    ulong _state = seed;

    internal double Next(double low, double high) => low + ((high - low) * ((Next() >> 11) * (1.0 / (1L << 53))));

    internal ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
