using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const string GatherFile = "indexing/gather.cu", ScatterRowsFile = "indexing/scatter_rows.cu";

    internal override long GatherRows(Tensor table, Tensor ids, Tensor y)
    {
        if (y.Shape.Length == 0)
            return -1;
        int rowBytes = table.Shape[1] * table.DType.Size(), unit = Packed.Bytes;
        while (rowBytes % unit != 0 || !Packed.IsAligned(table, unit) || !Packed.IsAligned(y, unit))
            unit /= 2;
        uint units = (uint)(KernelCount(y.Shape) / (unit / table.DType.Size()));
        Kernel(GatherFile, "gather_rows", $"INDEX={ids.DType} BYTES={unit}").Launch(Stream, GridFor(units, ElementThreads), ElementThreads, 0,
            table, ids, y, units, (uint)(rowBytes / unit), (uint)table.Shape[0], Faults.Word,
            Faults.Tag("embedding", "an id lies outside the table", table.Shape[0]));
        return -1; // told when the host waits
    }

    internal override void ScatterRows(Tensor dy, Tensor ids, Tensor dTable)
    {
        const int Tile = 256; // kTile
        if (dy.Shape.Length == 0)
            return;
        uint count = KernelCount(ids.Shape), width = (uint)dTable.Shape[1];
        var occurrences = Tensor.Empty(ids.Shape, DType.Int32, this);
        Kernel(ScatterRowsFile, "count_ids", $"TYPE={dy.DType} INDEX={ids.DType}").Launch(Stream, Grid.Cover(count, Tile), Tile, Tile * sizeof(uint),
            ids, occurrences, count, (uint)dTable.Shape[0]);
        uint elements = (uint)Packed.Elements(dy.DType);
        bool packed = width % elements == 0 && Packed.Count(width, dy, dTable) > 0;
        uint items = packed ? width / elements : width, threads = Math.Min(256, (items + 31) / 32 * 32);
        Kernel(ScatterRowsFile, packed ? "scatter_rows" : "scatter_elements", $"TYPE={dy.DType} INDEX={ids.DType}").Launch(Stream,
            new(count, (items + threads - 1) / threads), (int)threads, 0, dy, ids, occurrences, dTable, count, width);
    }
}
