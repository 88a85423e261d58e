using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed unsafe partial class CudaDevice
{
    nint _arrived;

    /// <summary>Tiles and parts of convolutions.</summary>
    internal ConvolutionPlans ConvolutionPlans => field ??= new(Multiprocessors);

    internal override bool JoinsImages => true;

    internal override void Conv2d(in ConvImages x, Tensor weight, Tensor? bias, Tensor? rowAdd, Tensor? residual, Tensor y, in ConvCall call)
    {
        if (call.IsDepthwise)
        {
            DepthwiseForward(x.First, weight, bias, rowAdd, residual, y, call.Sizes);
            return;
        }
        var taps = InType(weight, y.DType, call.KeepsPacked);
        var operands = new ConvOperands(x.First, taps, y) { Images = x, Bias = bias, RowAdd = rowAdd, Residual = residual };
        Run(ConvProduct.Forward, operands, call.Sizes);
    }

    internal override void Conv2dInputGradient(Tensor dy, Tensor weight, Tensor dx, in ConvCall call, bool accumulate)
    {
        if (call.IsDepthwise)
        {
            DepthwiseInputGradient(dy, weight, dx, call.Sizes, accumulate);
            return;
        }
        var taps = InType(weight, dy.DType, call.KeepsPacked);
        Run(ConvProduct.InputGradient, new(dy, taps, dx) { Accumulates = accumulate }, call.Sizes);
    }

    internal override void Conv2dWeightGradient(in ConvImages x, Tensor dy, Tensor dWeight, in ConvCall call, bool accumulate)
    {
        if (call.IsDepthwise)
        {
            DepthwiseWeightGradient(x.First, dy, dWeight, call.Sizes, accumulate);
            return;
        }
        Run(ConvProduct.WeightGradient, new(x.First, dy, dWeight) { Images = x, Accumulates = accumulate }, call.Sizes);
    }

    /// <summary>Weights in the type that kernels read: as they are, or rounded to halves, which are kept until the weights change.</summary>
    Tensor InType(Tensor weight, DType type, bool keeps)
    {
        if (weight.DType == type)
            return weight;
        if (!keeps)
        {
            var rounded = Tensor.Empty(weight.Shape, type, this);
            Cast(weight, rounded);
            return rounded;
        }
        // The copy that AdamW keeps up to date; a graph may read it too.
        return HalfCopy(weight, type);
    }

    void Run(ConvProduct product, in ConvOperands operands, in ConvSizes sizes)
    {
        var type = operands.First.DType;
        int vector = 16 / type.Size();
        bool aligned = sizes.C % vector == 0 && IsAligned(operands.First) && IsAligned(operands.Second)
            && (product == ConvProduct.InputGradient || sizes.PixelX % vector == 0)
            && (product == ConvProduct.Forward || sizes.Cout % vector == 0);
        var images = operands.Images;
        if (images.Second is { } more)
            aligned &= IsAligned(more) && more.Shape[3] % vector == 0 && images.SecondApart % vector == 0;
        var problem = ConvProblem.Of(product, type, type.IsHalf() || AllowsTf32, aligned, sizes) with
        {
            IsJoined = images.Second is not null,
            IsUpsampled = images.IsUpsampled,
        };
        Launch(problem, operands, ConvolutionPlans.Find(problem) ?? Choose(problem, operands));
    }

    void Launch(in ConvProblem problem, in ConvOperands operands, in ConvPlan plan)
    {
        var tile = plan.Tile;
        int tiles = problem.Tiles(tile), parts = plan.Parts;
        var grid = new Grid((uint)tiles, (uint)parts, (uint)problem.Classes);
        var workspace = parts == 1 ? null
            : Tensor.Empty([checked(tiles * problem.Classes), parts, tile.M * tile.N], DType.Float32, this);
        nint arrived = parts == 1 ? 0 : Arrived;
        var sizes = ConvArguments.Of(problem.Sizes, operands.Images);
        var z = KernelArgument.Struct(ref sizes);
        var (first, second, result) = (operands.First, operands.Second, operands.Result);
        bool accumulates = operands.Accumulates, resultIsFloat = result.DType == DType.Float32;
        switch (problem.Product)
        {
            case ConvProduct.Forward:
                bool wide = IsWide(problem.Sizes.Cout, first.DType) && problem.Sizes.PixelResidual % (16 / first.DType.Size()) == 0
                    && IsAligned(operands.Bias) && IsAligned(operands.RowAdd) && IsAligned(operands.Residual) && IsAligned(result);
                Dense("convolution/forward.cu", "forward", problem, tile).Launch(Stream, grid, tile.Threads, tile.SharedBytes, first, operands.Images.Second, second,
                    operands.Bias, operands.RowAdd, operands.Residual, result, workspace, arrived, z, parts, Flag(operands.Bias?.DType == DType.Float32),
                    Flag(wide));
                break;
            case ConvProduct.InputGradient:
                Dense("convolution/input_gradient.cu", "input_gradient", problem, tile).Launch(Stream, grid, tile.Threads, tile.SharedBytes, first, second,
                    result, workspace, arrived, z, parts, Flag(accumulates), Flag(IsWide(problem.N, first.DType) && IsAligned(result)));
                break;
            default:
                Dense("convolution/weight_gradient.cu", "weight_gradient", problem, tile).Launch(Stream, grid, tile.Threads, tile.SharedBytes, first,
                    operands.Images.Second, second, result, workspace, arrived, z, parts, Flag(accumulates), Flag(resultIsFloat),
                    Flag(IsWide(problem.N, first.DType) && IsAligned(result)));
                break;
        }
        workspace?.Dispose(); // whoever takes the memory next queues behind the kernel
    }

    CudaKernel Dense(string file, string entry, in ConvProblem problem, in ConvTile tile)
        => Kernel(file, entry, $"TYPE={problem.Type} TENSOR={problem.TensorCores} TILE_M={tile.M} TILE_N={tile.N} K_CHUNKS={tile.Chunks} WARPS_M={tile.WarpsM} WARPS_N={tile.WarpsN} STAGES={tile.Stages} ALIGNED={problem.IsAligned} SECOND={problem.IsJoined}");

    // How many parts of each tile have arrived: all zero between kernels. Outside the pool, which counts what tensors take.
    nint Arrived
    {
        get
        {
            if (_arrived == 0)
            {
                RefuseInCapture("the first convolution that shares its sums");
                MakeCurrent();
                ulong address;
                Driver.Check(Driver.MemAlloc(&address, ConvolutionPlans.MaxSharedTiles * sizeof(uint)));
                Stream.Set((nint)address, 0, ConvolutionPlans.MaxSharedTiles * sizeof(uint));
                _arrived = (nint)address;
            }
            return _arrived;
        }
    }

    static int Flag(bool value) => value ? 1 : 0;

    static bool IsWide(int columns, DType type) => columns % (16 / type.Size()) == 0;

    static bool IsAligned(Tensor? tensor)
        => tensor is null || (tensor.Storage.Address + ((nint)tensor.Offset * tensor.DType.Size())) % 16 == 0;

    /// <summary>What a product of a convolution reads and writes: (x, weight, y), (dy, weight, dx) or (x, dy, dWeight).</summary>
    readonly record struct ConvOperands(Tensor First, Tensor Second, Tensor Result)
    {
        /// <summary>How x is read; nothing where it is not.</summary>
        internal ConvImages Images { get; init; }

        internal Tensor? Bias { get; init; }

        internal Tensor? RowAdd { get; init; }

        internal Tensor? Residual { get; init; }

        internal bool Accumulates { get; init; }
    }

    /// <summary>The sizes as kernels take them: sizes.cuh has the same struct.</summary>
    [StructLayout(LayoutKind.Sequential)]
    readonly record struct ConvArguments(int Images, int Height, int Width, int Channels, int Results, int TapsH, int TapsW, int OutH, int OutW,
        int StrideH, int StrideW, int PadTop, int PadLeft, int PixelX, int PixelResidual, int FirstChannels, int PixelSecond, int Upsampled)
    {
        internal static ConvArguments Of(in ConvSizes z, in ConvImages x)
            => new(z.N, z.H, z.W, z.C, z.Cout, z.R, z.S, z.OutH, z.OutW, z.StrideH, z.StrideW, z.PadTop, z.PadLeft, z.PixelX, z.PixelResidual,
                x.Second is { } more ? z.C - more.Shape[3] : z.C, x.SecondApart, Flag(x.IsUpsampled));
    }
}
