using System.Runtime.CompilerServices;

namespace SuTI.Kernels;

/// <summary>How a grid of output pixels is cut: taps and channels into blocks of depth, pixels and panels into units of work.</summary>
readonly struct ConvPlan
{
    public const int MaxTapsPerBlock = 64;

    // As in MatMulPlan: a panel of one block of depth, and the block of weights that stays in the second-level cache.
    const int PanelBytes = 144 << 10;
    const int EnoughTiles = 16;
    const int UnitFlops = 2_000_000;
    const int WantedUnits = 16;

    public readonly ConvGeometry Geometry;
    public readonly bool Dense;
    public readonly int TapsPerBlock;
    public readonly int ChannelsPerBlock;
    public readonly int TilesPerRow;
    public readonly int Tiles;
    public readonly int TilesPerUnit;
    public readonly int TileUnits;
    public readonly int PanelsPerUnit;
    public readonly int PanelUnits;
    public readonly int Units;
    public readonly int UnitsPerChunk;

    ConvPlan(in ConvGeometry geometry, int lanes, int elementBytes)
    {
        Geometry = geometry;
        Dense = geometry.IsDense;
        int height = lanes * elementBytes == 64 ? 8 : 4;
        int panelBytes = 3 * lanes * elementBytes;
        int depth = Math.Max(1, geometry.Depth), taps = Math.Max(1, geometry.Taps), most = PanelBytes / panelBytes;
        int tapBlocks = Ceiling(taps, Math.Clamp(most / depth, 1, MaxTapsPerBlock));
        TapsPerBlock = Ceiling(taps, tapBlocks);
        ChannelsPerBlock = Ceiling(depth, Ceiling(depth, most));

        TilesPerRow = geometry.IsDense ? Ceiling(geometry.OutH * geometry.OutW, height) : Ceiling(geometry.OutW, height);
        Tiles = geometry.IsDense ? TilesPerRow : TilesPerRow * geometry.OutH;
        int panels = Panels.Count(geometry.Columns, lanes), images = geometry.Images;
        if (Tiles == 0 || panels == 0 || images == 0)
            return;
        double flops = 2.0 * images * geometry.OutH * geometry.OutW * geometry.Columns * taps * depth;
        int wanted = (int)Math.Clamp(flops / UnitFlops, 1, WantedUnits);
        // Few tiles a unit would have to wait for the weights to come from memory: first share the panels out, then the tiles.
        TileUnits = Math.Clamp(Ceiling(wanted, images), 1, Math.Max(1, Tiles / EnoughTiles));
        int leastUnits = (int)Math.Min(panels, Math.Max(1, (long)panels * panelBytes * TapsPerBlock * ChannelsPerBlock / MatMulPlan.BlockBytes));
        PanelUnits = Math.Clamp(Ceiling(wanted, TileUnits * images), leastUnits, panels);
        if (images * TileUnits * PanelUnits < wanted)
            TileUnits = Math.Clamp(Ceiling(wanted, PanelUnits * images), 1, Ceiling(Tiles, 2));
        TilesPerUnit = Ceiling(Tiles, TileUnits);
        TileUnits = Ceiling(Tiles, TilesPerUnit);
        PanelsPerUnit = Ceiling(panels, PanelUnits);
        PanelUnits = Ceiling(panels, PanelsPerUnit);
        Units = checked(images * TileUnits * PanelUnits);
        UnitsPerChunk = (int)Math.Clamp(UnitFlops / (flops / Units), 1, Units);
        UnitsPerChunk = Math.Max(UnitsPerChunk, Ceiling(Units, WorkerPool.MaxChunks / 2));
    }

    public static ConvPlan Of<T>(in ConvGeometry geometry) where T : unmanaged
        => new(geometry, Simd.Lanes<T>(), Unsafe.SizeOf<T>());

    static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;
}
