namespace SuTI.Engine.Cuda;

/// <summary>How a kernel that folds rows shares them among threads: the constants of rows.cuh and the launch.</summary>
/// <param name="IsWide">An access takes 16 bytes.</param>
/// <param name="Lanes">Threads of a row; 0: a block.</param>
/// <param name="Packs">Packs of a row that a thread keeps in registers; 0: rows too long for that.</param>
/// <param name="Threads">Of a block.</param>
readonly record struct RowPlan(bool IsWide, int Lanes, int Packs, int Threads)
{
    /// <summary>As many as leave each thread 128 registers.</summary>
    const int MostThreads = 512;

    const int WarpThreads = 128;
    const int WidestOfWarp = 1024;

    internal int RowsAtOnce => Lanes == 0 ? 1 : Threads / Lanes;

    /// <summary>Bytes of shared memory that folding over a block takes.</summary>
    internal int Scratch => Lanes == 0 ? 128 : 0;

    internal Grid Blocks(long rows) => Grid.Cover(rows, RowsAtOnce);

    /// <summary>Whether <paramref name="width"/> neighbours are whole accesses of 16 bytes in all operands.</summary>
    internal static bool Aligns(long width, Tensor x, params ReadOnlySpan<Tensor?> others)
    {
        if (width % PackOf(x.DType) != 0 || !IsAligned(x))
            return false;
        foreach (var other in others)
        {
            if (other is not null && !IsAligned(other))
                return false;
        }
        return true;
    }

    /// <summary>Elements of an access of 16 bytes.</summary>
    internal static int PackOf(DType type) => 16 / type.Size();

    /// <param name="mostValues">Elements of a row that a thread of a block may keep; one of a warp keeps up to 32, its blocks being small.</param>
    internal static RowPlan Of(int width, DType type, bool isWide, int mostValues)
    {
        int pack = isWide ? PackOf(type) : 1, packs = Math.Max(1, (width + pack - 1) / pack);
        if (width <= WidestOfWarp)
        {
            int lanes = 4;
            while (lanes < 32 && lanes < packs)
                lanes *= 2;
            return new(isWide, lanes, Few((packs + lanes - 1) / lanes, isWide), WarpThreads);
        }
        for (int kept = 1; kept * pack <= mostValues; kept *= 2)
        {
            if (packs <= kept * MostThreads)
                return new(isWide, 0, kept, ((((packs + kept - 1) / kept) + 31) / 32) * 32);
        }
        return new(isWide, 0, 0, MostThreads);
    }

    // Single elements come in powers of two, lest every width be a variant of its own.
    static int Few(int packs, bool isWide) => isWide ? packs : (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)packs);

    static bool IsAligned(Tensor tensor) => (Address(tensor) & 15) == 0;

    /// <summary>Of the first element; 0 where there is no tensor.</summary>
    internal static nint Address(Tensor? tensor) => tensor is null ? 0 : tensor.Storage.Address + ((nint)tensor.Offset * tensor.DType.Size());
}
