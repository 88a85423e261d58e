namespace SuTI.Engine;

public sealed partial class CpuDevice
{
    // Packing costs about what 128 rows of the product do: where there are more than a few times that, memory is worth more.
    const long FewRows = 512;
    const int ShareOfManyRows = 3;

    /// <summary>
    /// Bytes that may go to packed forms of weights, kept beside the weights so that the next product with them need not pack
    /// again; 512 MiB unless SUTI_PACKED_MIB says otherwise. Products with few rows, where packing costs most, may use all of it, others a third.
    /// Beyond it weights are packed for each call; results do not depend on it.
    /// </summary>
    public long PackedBudget { get; set; } = DefaultPackedBudget();

    /// <summary>Whether another <paramref name="bytes"/> for a product with so many rows is worth its memory.</summary>
    bool KeepsPacked(long bytes, long rows)
        => DerivedBytes + bytes <= (rows <= FewRows ? PackedBudget : PackedBudget / ShareOfManyRows);

    static long DefaultPackedBudget()
        => int.TryParse(Environment.GetEnvironmentVariable("SUTI_PACKED_MIB"), out int mebibytes) && mebibytes >= 0
            ? (long)mebibytes << 20
            : 512L << 20;
}
