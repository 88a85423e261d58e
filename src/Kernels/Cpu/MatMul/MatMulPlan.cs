using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>How a matrix product is cut: what is packed, and which blocks of C are worked on together.</summary>
readonly struct MatMulPlan
{
    /// <summary>Bytes of one panel in a block of K.</summary>
    const int PanelBytes = 144 << 10;

    /// <summary>
    /// Bytes of B that a block works on. They stay in the second-level cache: 1 MiB or more where there is AVX-512, half of that or
    /// less elsewhere.
    /// </summary>
    internal static int BlockBytes => (Simd.HasAvx512 ? 768 : 320) << 10;

    const int BlockRows = 256;

    // Packing B costs about as much as multiplying 6 rows with it; unless its rows collide in the caches it can wait longer.
    const int FewRows = 24;
    const int FewRowsWithoutCollisions = 128;
    const int CollidingBytes = 2048;
    const int UnitFlops = 2_000_000;
    const int WantedUnits = 16;

    public readonly MatMulSizes Sizes;
    public readonly long PackedALength;
    public readonly long PackedBLength;
    public readonly int ACopies;
    public readonly int BCopies;
    public readonly int RowTiles;
    public readonly int DepthBlock;
    public readonly int RowsPerBlock;
    public readonly int RowBlocks;
    public readonly int PanelsPerBlock;
    public readonly int PanelBlocks;
    public readonly int Units;
    public readonly int UnitsPerChunk;

    MatMulPlan(in MatMulSizes sizes, int lanes, int elementBytes)
    {
        var (batch, m, n, k) = Sizes = sizes;
        if (batch == 0 || m == 0 || n == 0)
            return;
        int height = lanes * elementBytes == 64 ? 8 : 4;
        RowTiles = (m + height - 1) / height;
        bool rowsFit = sizes.B.Column == 1 && n % lanes == 0;
        BCopies = sizes.B.Batch == 0 ? 1 : batch;
        bool collide = sizes.B.Row * elementBytes % CollidingBytes == 0;
        int fewRows = collide && k > FewRows ? FewRows : FewRowsWithoutCollisions;
        if (!sizes.PackedB && !(rowsFit && m <= fewRows))
            PackedBLength = BCopies * Panels.Length(k, n, lanes);
        ACopies = sizes.A.Batch == 0 ? 1 : batch;
        if (sizes.A.Column == 0 || (sizes.A.Column != 1 && n > 3 * lanes && m > 1))
            PackedALength = (long)ACopies * RowTiles * height * k;

        int panelBytes = 3 * lanes * elementBytes;
        int depthBlocks = (int)Math.Max(1, ((long)k * panelBytes + PanelBytes - 1) / PanelBytes);
        DepthBlock = Math.Max(1, (k + depthBlocks - 1) / depthBlocks);

        int panels = Panels.Count(n, lanes);
        double flops = 2.0 * batch * m * n * k;
        int wanted = (int)Math.Clamp(flops / UnitFlops, 1, WantedUnits);
        RowBlocks = (m + BlockRows - 1) / BlockRows;
        int leastBlocks = (int)(((long)panels * panelBytes * DepthBlock + BlockBytes - 1) / BlockBytes);
        PanelBlocks = Math.Clamp((wanted + batch * RowBlocks - 1) / (batch * RowBlocks), Math.Max(1, Math.Min(leastBlocks, panels)), panels);
        if ((long)batch * RowBlocks * PanelBlocks < wanted)
            RowBlocks = Math.Min(RowTiles, (wanted + batch * PanelBlocks - 1) / (batch * PanelBlocks));
        RowBlocks = Math.Max(1, RowBlocks);
        RowsPerBlock = (RowTiles + RowBlocks - 1) / RowBlocks * height;
        RowBlocks = Math.Max(1, (m + RowsPerBlock - 1) / Math.Max(1, RowsPerBlock));
        PanelsPerBlock = (panels + PanelBlocks - 1) / PanelBlocks;
        PanelBlocks = Math.Max(1, (panels + PanelsPerBlock - 1) / Math.Max(1, PanelsPerBlock));
        Units = checked(batch * RowBlocks * PanelBlocks);
        UnitsPerChunk = (int)Math.Clamp(UnitFlops / Math.Max(1, flops / Math.Max(1, Units)), 1, Math.Max(1, Units));
        int mostChunks = WorkerPool.MaxChunks / 2;
        UnitsPerChunk = Math.Max(UnitsPerChunk, (Units + mostChunks - 1) / mostChunks);
    }

    public static MatMulPlan Of<T>(in MatMulSizes sizes) where T : unmanaged => new(sizes, Simd.Lanes<T>(), Unsafe.SizeOf<T>());
}
