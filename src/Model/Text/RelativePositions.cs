namespace SuTI.Model.Text;

/// <summary>
/// Distances between tokens in buckets: near ones each for itself, far ones together by their logarithm (Raffel et
/// al., Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, 2020, section 2.1).
/// </summary>
static class RelativePositions
{
    /// <summary>The bucket of every key for every query, query by query.</summary>
    /// <param name="buckets">In all: one half for keys before the query, one for those behind it.</param>
    /// <param name="furthest">From this distance on all share the last bucket.</param>
    internal static int[] Buckets(int length, int buckets, int furthest)
    {
        int[] result = new int[checked(length * length)];
        int[] near = new int[length];
        for (int distance = 0; distance < length; distance++)
            near[distance] = Bucket(distance, buckets / 2, furthest);
        for (int query = 0; query < length; query++)
        {
            for (int key = 0; key < length; key++)
            {
                int side = key > query ? buckets / 2 : 0;
                result[(query * length) + key] = side + near[Math.Abs(key - query)];
            }
        }
        return result;
    }

    // In f32, as the published code rounds it: the borders between buckets lie where that does.
    static int Bucket(int distance, int buckets, int furthest)
    {
        int exact = buckets / 2;
        if (distance < exact)
            return distance;
        float share = MathF.Log(distance / (float)exact) / (float)Math.Log(furthest / (double)exact);
        return Math.Min(exact + (int)(share * (buckets - exact)), buckets - 1);
    }
}
