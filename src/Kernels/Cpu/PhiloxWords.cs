using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>What is made of random words before they are put in order.</summary>
unsafe interface IWordMap
{
    /// <summary>
    /// Maps in place. The words of <c>Count</c> counters lie in groups of four vectors: all words 0, all words 1, 2
    /// and 3.
    /// </summary>
    void Map<TLanes>(uint* words, int groups) where TLanes : unmanaged, ILanes<TLanes>;
}

/// <summary>Philox 4x32-10 over a range of elements of one sample; the counter is (element / 4, sample, step,
/// purpose).</summary>
readonly unsafe struct PhiloxWords
{
    // Vector groups that are generated at a time: 4 KiB of words.
    const int MostGroups = 16;

    const int Rounds = 10;
    const uint Multiplier0 = 0xd251_1f53;
    const uint Multiplier1 = 0xcd9e_8d57;
    const uint Weyl0 = 0x9e37_79b9;
    const uint Weyl1 = 0xbb67_ae85;

    readonly uint _key0;
    readonly uint _key1;
    readonly uint _step;
    readonly uint _purpose;

    public PhiloxWords(ulong key, uint step, uint purpose)
    {
        _key0 = (uint)key;
        _key1 = (uint)(key >> 32);
        _step = step;
        _purpose = purpose;
    }

    /// <summary>Words of <paramref name="count"/> elements from <paramref name="first"/> on, mapped.</summary>
    public void Fill<TMap>(uint* destination, uint sample, uint first, int count, TMap map)
        where TMap : struct, IWordMap
    {
        if (Simd.HasAvx512)
            Fill<U32x16, TMap>(destination, sample, first, count, map);
        else if (Simd.HasAvx2)
            Fill<U32x8, TMap>(destination, sample, first, count, map);
        else
            Fill<U32x1, TMap>(destination, sample, first, count, map);
    }

    /// <summary>The same with a given number of lanes.</summary>
    [SkipLocalsInit]
    public void Fill<TLanes, TMap>(uint* destination, uint sample, uint first, int count, TMap map)
        where TLanes : unmanaged, ILanes<TLanes>
        where TMap : struct, IWordMap
    {
        uint* words = stackalloc uint[MostGroups * 4 * 16];
        uint counter = first / 4;
        int skip = (int)(first % 4);
        if (skip != 0 && count > 0)
        {
            int part = Math.Min(4 - skip, count);
            Generate<U32x1>(words, counter++, sample, 1);
            map.Map<U32x1>(words, 1);
            for (int i = 0; i < part; i++)
                destination[i] = words[skip + i];
            destination += part;
            count -= part;
        }
        int group = 4 * TLanes.Count;
        while (count >= group)
        {
            int groups = Math.Min(count / group, MostGroups);
            Generate<TLanes>(words, counter, sample, groups);
            map.Map<TLanes>(words, groups);
            Interleave<TLanes>(words, destination, groups);
            counter += (uint)(groups * TLanes.Count);
            destination += groups * group;
            count -= groups * group;
        }
        // A short end costs one vector group, not many scalar ones.
        if (count > 0)
        {
            Generate<TLanes>(words, counter, sample, 1);
            map.Map<TLanes>(words, 1);
            Interleave<TLanes>(words, words, 1);
            for (int i = 0; i < count; i++)
                destination[i] = words[i];
        }
    }

    /// <summary>The four words of one counter.</summary>
    public void Counter(uint* destination, uint counter, uint sample)
        => Generate<U32x1>(destination, counter, sample, 1);

    // Generating, mapping and ordering are methods of their own: together they exceed what the compiler will inline
    // into one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Generate<TLanes>(uint* words, uint counter, uint sample, int groups) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int group = 0; group < groups; group++)
        {
            var w0 = TLanes.Create(counter) + TLanes.CounterOffsets;
            var w1 = TLanes.Create(sample);
            var w2 = TLanes.Create(_step);
            var w3 = TLanes.Create(_purpose);
            uint key0 = _key0;
            uint key1 = _key1;
            for (int round = 0; round < Rounds; round++)
            {
                var lower0 = TLanes.Multiply(w0, Multiplier0, out var upper0);
                var lower1 = TLanes.Multiply(w2, Multiplier1, out var upper1);
                w0 = upper1 ^ w1 ^ TLanes.Create(key0);
                w1 = lower1;
                w2 = upper0 ^ w3 ^ TLanes.Create(key1);
                w3 = lower0;
                key0 += Weyl0;
                key1 += Weyl1;
            }
            TLanes.Store(w0, words);
            TLanes.Store(w1, words + TLanes.Count);
            TLanes.Store(w2, words + 2 * TLanes.Count);
            TLanes.Store(w3, words + 3 * TLanes.Count);
            words += 4 * TLanes.Count;
            counter += (uint)TLanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Interleave<TLanes>(uint* words, uint* destination, int groups) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int group = 0; group < groups; group++)
        {
            TLanes.StoreInterleaved(TLanes.Load(words), TLanes.Load(words + TLanes.Count),
                TLanes.Load(words + 2 * TLanes.Count), TLanes.Load(words + 3 * TLanes.Count), destination);
            words += 4 * TLanes.Count;
            destination += 4 * TLanes.Count;
        }
    }
}

/// <summary>The words themselves.</summary>
readonly unsafe struct RawWords : IWordMap
{
    public void Map<TLanes>(uint* words, int groups) where TLanes : unmanaged, ILanes<TLanes>
    {
    }
}

/// <summary>float: (word &gt;&gt; 8) · 2^−24, exact.</summary>
readonly unsafe struct UniformWords : IWordMap
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Map<TLanes>(uint* words, int groups) where TLanes : unmanaged, ILanes<TLanes>
    {
        var unit = TLanes.Create(1f / (1 << 24));
        for (int i = 0; i < 4 * groups; i++, words += TLanes.Count)
            TLanes.Store(TLanes.Times(TLanes.ToFloat(TLanes.Load(words) >>> 8), unit), words);
    }
}

/// <summary>float: one value where word &lt; threshold, another elsewhere.</summary>
readonly unsafe struct ThresholdWords(uint threshold, float below, float above) : IWordMap
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Map<TLanes>(uint* words, int groups) where TLanes : unmanaged, ILanes<TLanes>
    {
        var limit = TLanes.Create(threshold);
        var whenBelow = TLanes.Create(below);
        var whenAbove = TLanes.Create(above);
        for (int i = 0; i < 4 * groups; i++, words += TLanes.Count)
            TLanes.Store(TLanes.Select(TLanes.Less(TLanes.Load(words), limit), whenBelow, whenAbove), words);
    }
}
