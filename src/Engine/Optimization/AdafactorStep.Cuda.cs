using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;
using SuTI.Engine.Optimization;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void AdafactorStep(OptimizerSlot slot, in Kernels.AdafactorOptions options, StepPass pass, Func<Kernels.AdafactorOptions>? again)
    {
        const int Threads = 256, Shared = 64 * sizeof(float);
        long count = slot.Parameter.Shape.Length;
        if (count == 0)
            return;
        var (p, g, states) = (slot.Parameter.Value, slot.Parameter.Gradient!, slot.States);
        var factored = Adafactor.Factors(slot.Parameter);
        var shape = factored ?? new(1, 1, checked((int)count));
        var sizes = new AdafactorSizes(shape.Batch, shape.Rows, shape.Columns, shape.Inner);
        var constants = AdafactorConstants.Of(options);
        nint at = again is null ? 0 : Recording!.Argument(() => AdafactorConstants.Of(again()));
        CudaKernel Of(string entry) => Kernel("optimizers/adafactor.cu", entry, $"TYPE={p.DType}");
        KernelArgument given = KernelArgument.Struct(ref constants), n = KernelArgument.Struct(ref sizes);

        Tensor rowFactors, moment;
        Tensor? columnFactors = null, first = null;
        int moments = factored is null ? 1 : 2;
        if (moments < states.Length)
            first = states[moments].Value;
        if (factored is null)
        {
            rowFactors = moment = states[0].Value;
            Of("whole_moment").Launch(Stream, GridFor(count, Threads), Threads, 0, g, moment, count, given, at, Found(pass));
        }
        else
        {
            Tensor rows = states[0].Value, columns = states[1].Value;
            int width = shape.Columns * shape.Inner;
            uint innerBlocks = (uint)((shape.Inner + Threads - 1) / Threads), widthBlocks = (uint)((width + Threads - 1) / Threads);
            Of("row_means").Launch(Stream, new((uint)(shape.Batch * shape.Rows), innerBlocks), Threads, Shared, g, rows, n, given, at, Found(pass));
            Of("column_means").Launch(Stream, new(widthBlocks, (uint)shape.Batch), Threads, 0, g, columns, n, given, at, Found(pass));
            rowFactors = Tensor.Empty([shape.RowLength], DType.Float32, this);
            columnFactors = Tensor.Empty([shape.ColumnLength], DType.Float32, this);
            Of("factors").Launch(Stream, new(innerBlocks + widthBlocks, (uint)shape.Batch), Threads, 0, rows, columns, rowFactors, columnFactors, n, innerBlocks);
        }
        int chunks = checked((int)((count + TensorList.Chunk - 1) / TensorList.Chunk));
        var squares = Tensor.Empty([2, chunks], DType.Float32, this);
        var rates = Tensor.Empty([2], DType.Float32, this);
        Of("update_size").Launch(Stream, new((uint)chunks), Threads, Shared, g, p, rowFactors, columnFactors, squares, count, n, TensorList.Chunk);
        Of("rates").Launch(Stream, new(1), Threads, Shared, squares, rates, chunks, count, given, at);
        Of("update").Launch(Stream, GridFor(count, Threads), Threads, 0, g, p, first, rowFactors, columnFactors, rates, count, n, given, at, Found(pass));
    }

    [StructLayout(LayoutKind.Sequential)]
    readonly record struct AdafactorSizes(int Batch, int Rows, int Columns, int Inner);

    /// <summary>As adafactor.cu has it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct AdafactorConstants
    {
        float _rate, _beta2, _rest2, _beta1, _rest1, _decay, _threshold, _squareEpsilon, _scaleEpsilon, _scales;

        internal static AdafactorConstants Of(in Kernels.AdafactorOptions o) => new()
        {
            _rate = (float)o.LearningRate,
            _beta2 = (float)o.Beta2,
            _rest2 = (float)(1 - o.Beta2),
            _beta1 = (float)o.Beta1,
            _rest1 = (float)(1 - o.Beta1),
            _decay = (float)o.WeightDecay,
            _threshold = (float)o.ClipThreshold,
            _squareEpsilon = (float)o.SquareEpsilon,
            _scaleEpsilon = (float)o.ScaleEpsilon,
            _scales = o.ScaleByParameter ? 1 : 0,
        };
    }
}
