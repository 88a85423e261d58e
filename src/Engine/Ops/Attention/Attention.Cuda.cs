using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    // Up to this head width accumulators of tensor-core kernels fit into registers.
    const int MaxTensorCoreWidth = 160;

    // Offsets within a tile are 32-bit numbers.
    const int MaxRowsAtOnce = 256;

    const int DeltaThreads = 256;

    // Queries or keys that a block of the gradients' kernels owns, 16 a warp: with more, registers let one block run at a time.
    const int BackwardRows = 64;

    internal override void Attention(in AttentionOperands operands, Tensor y, Tensor logSumExp, double scale, bool isCausal)
    {
        using var scope = TensorScope.Open("attention");
        bool usesTensorCores = UsesTensorCores(operands.Q);
        var laid = usesTensorCores ? Aligned(operands) : operands;
        var call = new AttentionCall(laid, null, scale, isCausal);
        if (!usesTensorCores)
        {
            var simt = new SimtAttention(this, call);
            simt.Kernel("forward", y.DType).Launch(Stream, simt.Grid(call.Q.Length), SimtAttention.Threads, simt.Shared(1),
                KernelArgument.Struct(ref call), y, logSumExp);
            return;
        }
        var shape = ForwardBlocks(call);
        Kernel("attention/forward.cu", "forward",
            $"TYPE={y.DType} WIDTH={call.Width} WARPS={shape.Warps} ROW_TILES={shape.RowTiles} CAUSAL={isCausal} BIAS={call.Bias != 0} MASK={call.Mask != 0} SECOND={call.SecondK.Length > 0}")
            .Launch(Stream, HeadTiles(call, call.Q.Length, shape.Rows), shape.Warps * 32, 4 * ForwardShape.Keys * RowBytes(call.Width),
                KernelArgument.Struct(ref call), y, logSumExp);
    }

    internal override void AttentionBackward(in AttentionOperands operands, Tensor y, Tensor logSumExp, Tensor dy,
        in AttentionResults gradients, double scale, bool isCausal)
    {
        using var scope = TensorScope.Open("attention backward");
        bool usesTensorCores = UsesTensorCores(operands.Q);
        var laid = usesTensorCores ? Aligned(operands) : operands;
        var call = new AttentionCall(laid, usesTensorCores ? Aligned(dy) : dy, scale, isCausal);
        var delta = Tensor.Empty(logSumExp.Shape, DType.Float32, this);
        bool packs = call.Dy.IsAligned(y.DType.Size()) && call.Width * y.DType.Size() % 16 == 0;
        Kernel("attention/delta.cu", "delta", $"TYPE={y.DType} PACKS={packs}").Launch(Stream, Grid.Cover(logSumExp.Shape.Length * 8, DeltaThreads),
            DeltaThreads, 0, KernelArgument.Struct(ref call), y, delta);
        if (gradients.Q is { } dq)
            QueryGradients(call, logSumExp, delta, dq, usesTensorCores);
        KeyGradients(call, logSumExp, delta, gradients.K, gradients.V, gradients.Bias, usesTensorCores);
        if (call.SecondK.Length > 0)
            KeyGradients(call.OfSecondSegment(), logSumExp, delta, gradients.SecondK, gradients.SecondV, gradients.Bias, usesTensorCores);
    }

    void QueryGradients(AttentionCall call, Tensor logSumExp, Tensor delta, Tensor dq, bool usesTensorCores)
    {
        if (!usesTensorCores)
        {
            var simt = new SimtAttention(this, call);
            simt.Kernel("queries", dq.DType).Launch(Stream, simt.Grid(call.Q.Length), SimtAttention.Threads, simt.Shared(1),
                KernelArgument.Struct(ref call), logSumExp, delta, dq);
            return;
        }
        int keys = call.Width <= 64 ? 64 : 32;
        BackwardKernel("queries", call, dq.DType).Launch(Stream, HeadTiles(call, call.Q.Length, BackwardRows), BackwardRows * 2,
            Math.Max(4 * keys, 2 * BackwardRows) * RowBytes(call.Width), KernelArgument.Struct(ref call), logSumExp, delta, dq);
    }

    // The call's K and V are the segment whose gradients are made.
    void KeyGradients(AttentionCall call, Tensor logSumExp, Tensor delta, Tensor? dk, Tensor? dv, Tensor? dBias, bool usesTensorCores)
    {
        if (call.K.Length == 0)
            return;
        if (dk is not null || dv is not null)
        {
            var type = (dk ?? dv)!.DType;
            if (usesTensorCores)
            {
                int queries = call.Width <= 48 ? 64 : 32, own = 2 * BackwardRows;
                int rows = call.Width <= 80 ? Math.Max(own, 4 * queries) : own + (4 * queries);
                BackwardKernel("keys", call, type).Launch(Stream, HeadTiles(call, call.K.Length, BackwardRows), BackwardRows * 2,
                    (rows * RowBytes(call.Width)) + (4 * queries * sizeof(float)), KernelArgument.Struct(ref call), logSumExp, delta, dk, dv);
            }
            else
            {
                var simt = new SimtAttention(this, call);
                simt.Kernel("keys", type).Launch(Stream, simt.Grid(call.K.Length), SimtAttention.Threads, simt.Shared(2),
                    KernelArgument.Struct(ref call), logSumExp, delta, dk, dv);
            }
        }
        if (dBias is null)
            return;
        var owner = new SimtAttention(this, call);
        uint tiles = SimtAttention.Tiles(call.K.Length) * SimtAttention.Tiles(call.Q.Length);
        owner.Kernel("bias", dBias.DType).Launch(Stream, new(checked(tiles * (uint)dBias.Shape[0] * (uint)dBias.Shape[1])), SimtAttention.Threads, owner.Shared(0),
            KernelArgument.Struct(ref call), logSumExp, delta, dBias, dBias.Shape[0], dBias.Shape[1]);
    }

    CudaKernel BackwardKernel(string entry, in AttentionCall call, DType type)
        => Kernel("attention/backward.cu", entry,
            $"TYPE={type} WIDTH={call.Width} WARPS={BackwardRows / 16} CAUSAL={call.IsCausal} BIAS={call.Bias != 0} MASK={call.Mask != 0} SECOND={call.SecondK.Length > 0}");

    static bool UsesTensorCores(Tensor q) => q.DType.IsHalf() && q.Shape[3] % 8 == 0 && q.Shape[3] <= MaxTensorCoreWidth;

    // Rows are copied by 16 bytes: what lies otherwise is laid out anew, which costs a pass and not the tensor cores.
    static AttentionOperands Aligned(in AttentionOperands operands) => operands with
    {
        Q = Aligned(operands.Q),
        K = Aligned(operands.K),
        V = Aligned(operands.V),
        SecondK = operands.SecondK is { } k ? Aligned(k) : null,
        SecondV = operands.SecondV is { } v ? Aligned(v) : null,
    };

    static Tensor Aligned(Tensor x)
    {
        if (new HeadRows(x) is var rows && rows.IsAligned(x.DType.Size()) && rows.Row < int.MaxValue / MaxRowsAtOnce)
            return x;
        var copy = Tensor.Empty(x.Shape, x.DType, x.Device);
        x.Device.Copy(x, copy);
        return copy;
    }

    // An odd number of 16-byte chunks: tiles.cuh.
    static int RowBytes(int width) => ((width / 8) | 1) * 16;

    static Grid HeadTiles(in AttentionCall call, int length, int rows)
        => new(checked((uint)((length + rows - 1L) / rows * call.Heads * call.Samples)));

    // Two tiles of 16 queries a warp halve what it reads of keys and values, where registers allow it; a grid that would leave
    // multiprocessors idle is cut finer instead.
    ForwardShape ForwardBlocks(in AttentionCall call)
    {
        var large = call.Width <= 80 ? new ForwardShape(4, 2) : new ForwardShape(8, 1);
        return HeadTiles(call, call.Q.Length, large.Rows).X >= Multiprocessors ? large : new ForwardShape(4, 1);
    }

    /// <summary>A launch of attention/simt.cu.</summary>
    readonly struct SimtAttention
    {
        internal const int Threads = 256;
        const int Side = 64, Depth = 32, Pitch = 68, MaxWidth = 160;

        readonly CudaDevice _device;
        readonly long _pairs;
        readonly int _width, _parts;

        internal SimtAttention(CudaDevice device, in AttentionCall call)
        {
            _device = device;
            _pairs = (long)call.Samples * call.Heads;
            _parts = (call.Width + MaxWidth - 1) / MaxWidth;
            _width = ((call.Width + _parts - 1) / _parts + 31) / 32 * 32;
        }

        internal CudaKernel Kernel(string entry, DType type) => _device.Kernel("attention/simt.cu", entry, $"TYPE={type} WIDTH={_width}");

        internal Grid Grid(int length) => new(checked((uint)(Tiles(length) * _pairs)), (uint)_parts);

        internal int Shared(int weights) => (Math.Max(2 * Depth * Pitch, Depth * _width) + (weights * Side * Side)) * sizeof(float);

        internal static uint Tiles(int length) => (uint)((length + Side - 1) / Side);
    }
}

/// <summary>How many queries a block of attention/forward.cu has: warps, and tiles of 16 rows of each.</summary>
readonly record struct ForwardShape(int Warps, int RowTiles)
{
    internal const int Keys = 64;

    internal int Rows => Warps * RowTiles * 16;
}
