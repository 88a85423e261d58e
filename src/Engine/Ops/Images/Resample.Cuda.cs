using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    const string ResampleFile = "images/resample.cu";

    // Up to so many weights an output, all are read in one pass: bicubic has 16.
    const int OnePassWeights = 16;

    internal override void Resample(Tensor x, Tensor y, ResampleAxis rows, ResampleAxis columns)
    {
        int channels = x.Shape[3], elements = Packed.Elements(x.DType);
        if (rows.MostWeights * columns.MostWeights <= OnePassWeights)
        {
            uint count = KernelCount(y.Shape), packs = channels % elements == 0 ? (uint)Packed.Count(count, x, y) : 0;
            Kernel(ResampleFile, "both_axes", $"FROM={x.DType} TO={y.DType}").Launch(Stream, GridFor(packs > 0 ? packs : count, ElementThreads), ElementThreads, 0,
                x, y, TableOf(rows), TableOf(columns), rows.InputLength, rows.OutputLength, columns.InputLength, columns.OutputLength, channels,
                count, packs);
            return;
        }
        bool rowsFirst = (long)rows.OutputLength * columns.InputLength < (long)rows.InputLength * columns.OutputLength;
        var between = Tensor.Empty(rowsFirst ? [x.Shape[0], rows.OutputLength, columns.InputLength, channels]
            : [x.Shape[0], rows.InputLength, columns.OutputLength, channels], DType.Float32, this);
        ResampleRowsOrColumns(x, between, rowsFirst ? rows : columns, isRows: rowsFirst);
        ResampleRowsOrColumns(between, y, rowsFirst ? columns : rows, isRows: !rowsFirst);
    }

    void ResampleRowsOrColumns(Tensor x, Tensor y, ResampleAxis axis, bool isRows)
    {
        int inner = isRows ? x.Shape[2] * x.Shape[3] : x.Shape[3], elements = Math.Min(Packed.Elements(x.DType), Packed.Elements(y.DType));
        uint count = KernelCount(y.Shape);
        bool packed = inner % elements == 0 && Packed.IsAligned(x, elements * x.DType.Size()) && Packed.IsAligned(y, elements * y.DType.Size());
        uint packs = packed ? count / (uint)elements : 0;
        Kernel(ResampleFile, "one_axis", $"FROM={x.DType} TO={y.DType}").Launch(Stream, GridFor(packs > 0 ? packs : count, ElementThreads), ElementThreads, 0,
            x, y, TableOf(axis), axis.InputLength, axis.OutputLength, inner, count, packs);
    }

    nint TableOf(ResampleAxis axis)
    {
        MakeCurrent();
        return Tables.Get(axis, static which => which.ToTable(), _upload ??= (bytes, address) =>
        {
            RefuseInCapture("the first resampling of a shape");
            Staging.Upload(Stream, bytes, address);
        });
    }

    Action<ReadOnlySpan<byte>, nint>? _upload;
}
