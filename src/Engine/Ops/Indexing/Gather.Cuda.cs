namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const string ScatterAlongFile = "indexing/scatter_along.cu";

    // From so many columns on each has its thread; below, each destination, unless they are so many that columns do less.
    const long ManyColumns = 8192, MostVisits = 1L << 33;

    internal override long GatherAlong(Tensor x, Tensor indices, Tensor y, int axis)
    {
        if (y.Shape.Length == 0)
            return -1;
        var (_, taken, inner) = Around(y.Shape, axis);
        uint count = KernelCount(y.Shape);
        Kernel(GatherFile, "gather_along", $"INDEX={indices.DType} BYTES={x.DType.Size()}").Launch(Stream, GridFor(count, ElementThreads),
            ElementThreads, 0, x, indices, y, count, taken, inner, (uint)x.Shape[axis], Faults.Word,
            Faults.Tag("gather", AxisRule(axis), x.Shape[axis]));
        return -1; // told when the host waits
    }

    internal override void ScatterAlong(Tensor dy, Tensor indices, Tensor dx, int axis)
    {
        if (dy.Shape.Length == 0)
            return;
        var (outer, taken, inner) = Around(dy.Shape, axis);
        uint columns = outer * inner, length = (uint)dx.Shape[axis], destinations = KernelCount(dx.Shape);
        if (columns < ManyColumns && (long)destinations * taken <= MostVisits)
        {
            Kernel(ScatterAlongFile, "destinations", $"TYPE={dy.DType} INDEX={indices.DType}").Launch(Stream, GridFor(destinations, ElementThreads),
                ElementThreads, 0, dy, indices, dx, destinations, taken, inner, length);
            return;
        }
        // Halves gather in f32, so that each sum is rounded once.
        var sums = dx.DType == DType.Float32 ? dx : Tensor.Empty(dx.Shape, DType.Float32, this);
        if (sums != dx)
            Cast(dx, sums);
        Kernel(ScatterAlongFile, "columns", $"TYPE={dy.DType} INDEX={indices.DType}").Launch(Stream, GridFor(columns, ElementThreads),
            ElementThreads, 0, dy, indices, sums, columns, taken, inner, length);
        if (sums != dx)
            Cast(sums, dx);
    }

    // As GatherOp says it, without making it at each call.
    static string AxisRule(int axis) => s_axisRules[axis] ??= $"an index lies outside axis {axis}";

    static readonly string?[] s_axisRules = new string?[Shape.MaxRank];

    static (uint Outer, uint Taken, uint Inner) Around(Shape shape, int axis)
    {
        long outer = 1, inner = 1;
        for (int i = 0; i < axis; i++)
            outer *= shape[i];
        for (int i = axis + 1; i < shape.Rank; i++)
            inner *= shape[i];
        return ((uint)outer, (uint)shape[axis], (uint)inner);
    }
}
