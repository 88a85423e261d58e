using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>
/// float: standard normal numbers by Box and Muller, in a fixed sequence of exact or once-rounded IEEE operations.
/// Words 0 and 1 of a counter give its normals 0 and 1, words 2 and 3 its normals 2 and 3.
/// </summary>
/// <remarks>
/// <para>All arithmetic is binary32, round to nearest even; fma rounds once; no product and sum may be contracted
/// beyond the fma written here; decimal constants mean the nearest float. For the pair (a, b):</para>
/// <list type="number">
/// <item>u = fma(float(a &gt;&gt; 16), 2^−16, fma(float(a &amp; 0xffff), 2^−32, 2^−33)), which is (a + ½) / 2^32
/// rounded once, in [2^−33, 1].</item>
/// <item>k = int(bits(u) − 0x3f2aaaab) &gt;&gt; 23 (arithmetic shift); m = float of bits(u) − (k &lt;&lt; 23), in [2/3,
/// 4/3); f = m − 1, exact, so that ln u = k ln 2 + ln(1 + f).</item>
/// <item>Q = c₀ + f (c₁ + … f c₇) by seven fma from the inside; h = fma(Q, f, −½); l = fma(f · f, h, f), which is ln(1
/// + f).</item>
/// <item>s = fma(float(k), −1.3862944, l · −2); r = sqrt(s), which is √(−2 ln u).</item>
/// <item>q = b &gt;&gt; 30; x = float(int(b &lt;&lt; 2)) · 3.6572953e−10, in [−π/4, π/4]: the angle is q π/2 +
/// x.</item>
/// <item>z = x · x; S = fma(fma(fma(s₂, z, s₁), z, s₀) · z, x, x), which is sin x; C = fma(fma(fma(fma(k₂, z, k₁), z,
/// k₀), z, −½), z, 1), which is cos x.</item>
/// <item>Where q is odd, S and C change places; then the sign bit of C is flipped where q + 1 has bit 1 set, that of S
/// where q has bit 1 set.</item>
/// <item>The first normal is r · C, the second r · S.</item>
/// </list>
/// <para>The polynomials were fitted for least relative error on these ranges; each result is within about 4e−7,
/// relatively, of the exact transform of u and the angle. The largest magnitude is √(66 ln 2) ≈ 6.76. Source: Box and
/// Muller, A Note on the Generation of Random Normal Deviates, 1958.</para>
/// </remarks>
readonly unsafe struct NormalWords : IWordMap
{
    public void Map<TLanes>(uint* words, int groups) where TLanes : unmanaged, ILanes<TLanes>
    {
        Radii<TLanes>(words, 2 * groups);
        Turns<TLanes>(words, 2 * groups);
    }

    // One pair of vectors at a time: the first becomes the radius.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Radii<TLanes>(uint* words, int pairs) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int pair = 0; pair < pairs; pair++, words += 2 * TLanes.Count)
            TLanes.Store(Radius(TLanes.Load(words)), words);
    }

    // The second is the angle, which turns the radius.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Turns<TLanes>(uint* words, int pairs) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int pair = 0; pair < pairs; pair++, words += 2 * TLanes.Count)
        {
            var radius = TLanes.Load(words);
            Turn(TLanes.Load(words + TLanes.Count), out var cosine, out var sine);
            TLanes.Store(TLanes.Times(radius, cosine), words);
            TLanes.Store(TLanes.Times(radius, sine), words + TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes Radius<TLanes>(TLanes word) where TLanes : unmanaged, ILanes<TLanes>
    {
        var upper = TLanes.ToFloat(word >>> 16);
        var lower = TLanes.ToFloat(word & TLanes.Create(0xffffu));
        var u = TLanes.Fma(lower, TLanes.Create(1f / 4294967296), TLanes.Create(0.5f / 4294967296));
        u = TLanes.Fma(upper, TLanes.Create(1f / 65536), u);
        var k = (u - TLanes.Create(0x3f2a_aaabu)) >> 23;
        var f = TLanes.Fma(u - (k << 23), TLanes.Create(1f), TLanes.Create(-1f));
        var q = TLanes.Fma(TLanes.Create(-0.13192117f), f, TLanes.Create(0.13961747f));
        q = TLanes.Fma(q, f, TLanes.Create(-0.12115017f));
        q = TLanes.Fma(q, f, TLanes.Create(0.14011076f));
        q = TLanes.Fma(q, f, TLanes.Create(-0.16685474f));
        q = TLanes.Fma(q, f, TLanes.Create(0.20010033f));
        q = TLanes.Fma(q, f, TLanes.Create(-0.24999689f));
        q = TLanes.Fma(q, f, TLanes.Create(0.33333224f));
        var h = TLanes.Fma(q, f, TLanes.Create(-0.5f));
        var l = TLanes.Fma(TLanes.Times(f, f), h, f);
        var square = TLanes.Fma(TLanes.ToFloat(k), TLanes.Create(-1.3862944f), TLanes.Times(l, TLanes.Create(-2f)));
        return TLanes.Sqrt(square);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Turn<TLanes>(TLanes word, out TLanes cosine, out TLanes sine) where TLanes : unmanaged, ILanes<TLanes>
    {
        var x = TLanes.Times(TLanes.ToFloat(word << 2), TLanes.Create(3.6572953e-10f));
        var z = TLanes.Times(x, x);
        var s = TLanes.Fma(TLanes.Create(-0.00019518791f), z, TLanes.Create(0.008332192f));
        s = TLanes.Fma(s, z, TLanes.Create(-0.16666655f));
        s = TLanes.Fma(TLanes.Times(s, z), x, x);
        var c = TLanes.Fma(TLanes.Create(2.4430661e-05f), z, TLanes.Create(-0.0013887301f));
        c = TLanes.Fma(c, z, TLanes.Create(0.041666646f));
        c = TLanes.Fma(c, z, TLanes.Create(-0.5f));
        c = TLanes.Fma(c, z, TLanes.Create(1f));
        // Bit 30 of the word is the low bit of the quadrant, bit 31 its high bit.
        var swapped = (word << 1) >> 31;
        var signBit = TLanes.Create(0x8000_0000u);
        cosine = TLanes.Select(swapped, s, c) ^ ((word + TLanes.Create(0x4000_0000u)) & signBit);
        sine = TLanes.Select(swapped, c, s) ^ (word & signBit);
    }
}
