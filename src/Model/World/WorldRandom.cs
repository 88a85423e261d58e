using SuTI.Engine;
using SuTI.Kernels;

namespace SuTI.Model.World;

/// <summary>
/// Numbers in sequence from one Philox stream: the n-th word is a function of (seed, purpose, step, sample, n), so any
/// picture can be drawn alone.
/// </summary>
struct WorldRandom(RandomKey key, uint sample)
{
    uint _counter;
    int _next = 4;
    (uint W0, uint W1, uint W2, uint W3) _words;

    /// <summary>The stream of a 64-bit index: its halves are Philox's step and sample.</summary>
    internal static WorldRandom For(RandomKey key, ulong index) => new(key.At((uint)(index >> 32)), (uint)index);

    internal uint Word()
    {
        if (_next == 4)
        {
            _words = PhiloxCpu.Block((_counter++, sample, key.Step, key.Purpose), key.Seed);
            _next = 0;
        }
        return _next++ switch { 0 => _words.W0, 1 => _words.W1, 2 => _words.W2, _ => _words.W3 };
    }

    /// <summary>Evenly spread over [0, 1).</summary>
    internal float Unit() => (Word() >> 8) * (1f / (1 << 24));

    internal float Range(float low, float high) => low + ((high - low) * Unit());

    /// <summary>A whole number of [0, bound).</summary>
    internal int Below(int bound) => (int)(((ulong)Word() * (ulong)bound) >> 32);

    internal bool Chance(double probability) => Word() < probability * 4294967296.0;

    internal T Pick<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];
}
