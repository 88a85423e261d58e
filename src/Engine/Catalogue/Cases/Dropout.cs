namespace SuTI.Engine.Catalogue;

public static partial class OpCatalogue
{
    static readonly OpCase s_dropout = Declare("dropout",
        Thinned("some", new([3, 5, 7]), 0.3),
        Thinned("most_from_sample_4", new([3, 11]) { Layout = InputLayout.Strided }, 0.9, firstSample: 4),
        Thinned("wide_rows", new([3, 2, 8]), 0.4, firstSample: 2),
        Thinned("all", new([2, 3]), 1),
        Thinned("one_axis", new([9]), 0.5),
        Thinned("scalar", new([]), 0.5),
        Thinned("zero_size", new([2, 0]), 0.5));

    static OpVariant Thinned(string name, OpInput x, double probability, uint firstSample = 0)
    {
        var key = RandomKey.For("catalogue/dropout", seed: 0x1234_5678_9ABC_DEF0, step: 6);
        return new(name, [x], t => t[0].Dropout(probability, key, firstSample), a =>
        {
            var shape = a[0].Shape;
            int elements = shape.Rank == 0 ? 1 : (int)(shape.Length / Math.Max(1, shape[0]));
            var y = new NdArray(shape);
            for (int i = 0; i < y.Values.Length; i++)
            {
                var (sample, element) = Math.DivRem(i, elements);
                uint[] words = Philox(key.Seed, [(uint)element / 4, firstSample + (uint)sample, key.Step, key.Purpose]);
                y.Values[i] = words[element % 4] < probability * 4294967296.0 ? 0 : a[0].Values[i] / (1 - probability);
            }
            return y;
        });
    }

    // Salmon et al. (2011), section 3.3: ten rounds of two multiplications with swapped halves.
    static uint[] Philox(ulong seed, uint[] counter)
    {
        var (key0, key1) = ((uint)seed, (uint)(seed >> 32));
        for (int round = 0; round < 10; round++)
        {
            ulong left = 0xD2511F53UL * counter[0], right = 0xCD9E8D57UL * counter[2];
            counter = [(uint)(right >> 32) ^ counter[1] ^ key0, (uint)right, (uint)(left >> 32) ^ counter[3] ^ key1,
                (uint)left];
            unchecked
            {
                key0 += 0x9E3779B9;
                key1 += 0xBB67AE85;
            }
        }
        return counter;
    }
}
