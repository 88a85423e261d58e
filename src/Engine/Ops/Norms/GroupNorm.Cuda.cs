using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;
using SuTI.Kernels;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    internal override void GroupNormForward(Tensor x, GroupNormOperands operands, Tensor y, Tensor mean, Tensor rstd, GroupNormSizes sizes,
        double epsilon, bool silu)
    {
        if (x.Shape.Length == 0)
            return;
        var plan = GroupNormPlan.Of(x, y, operands, sizes, Multiprocessors);
        var given = new GroupNormAddresses(operands);
        var geometry = plan.Geometry;
        var (weightType, modulation) = Types(x, operands);
        Tensor ofChannels = Tensor.Empty([plan.Slabs, sizes.Channels, 2], DType.Float32, this),
            ofGroups = Tensor.Empty([plan.Slabs, sizes.Groups, 2], DType.Float32, this);
        string file = "norms/group_norm.cu";
        Kernel(file, "statistics", $"TYPE={x.DType} WEIGHT={weightType} MODULATION={modulation} WIDE={plan.IsWide} SILU={silu}")
            .Launch(Stream, new((uint)plan.Slabs), plan.Threads, plan.Scratch, x, ofChannels, ofGroups, KernelArgument.Struct(ref geometry));
        Kernel(file, "apply", $"TYPE={x.DType} WEIGHT={weightType} MODULATION={modulation} WIDE={plan.IsWide} SILU={silu}")
            .Launch(Stream, plan.Grid, plan.Threads, plan.GroupsOfBlock * 2 * sizeof(float), x, KernelArgument.Struct(ref given), ofGroups, y, mean,
                rstd, KernelArgument.Struct(ref geometry), (float)epsilon);
    }

    internal override void GroupNormBackward(Tensor x, GroupNormOperands operands, Tensor mean, Tensor rstd, Tensor dy, Tensor dx,
        GroupNormOperands gradients, GroupNormSizes sizes, bool silu, bool accumulateWeight, bool accumulateBias)
    {
        if (x.Shape.Length == 0)
        {
            ClearUnless(accumulateWeight, gradients.Weight);
            ClearUnless(accumulateBias, gradients.Bias);
            ClearUnless(false, gradients.Scale);
            ClearUnless(false, gradients.Shift);
            return;
        }
        var plan = GroupNormPlan.Of(x, dx, operands, sizes, Multiprocessors, dy);
        var given = new GroupNormAddresses(operands);
        var geometry = plan.Geometry;
        var (weightType, modulation) = Types(x, operands);
        Tensor ofSlabs = Tensor.Empty([plan.Slabs, sizes.Channels, 2], DType.Float32, this),
            ofGroups = Tensor.Empty([sizes.Images, sizes.Groups, 2], DType.Float32, this);
        var ofImages = gradients.Weight is null && gradients.Bias is null ? null : Tensor.Empty([sizes.Images, 2, sizes.Channels], DType.Float32, this);
        string file = "norms/group_norm_backward.cu";
        Kernel(file, "sums", $"TYPE={x.DType} WEIGHT={weightType} MODULATION={modulation} WIDE={plan.IsWide} SILU={silu}")
            .Launch(Stream, plan.Grid, plan.Threads, plan.Scratch, x, KernelArgument.Struct(ref given), mean, rstd, dy, ofSlabs,
                KernelArgument.Struct(ref geometry));
        // As many threads share the slabs of a channel as leave none idle.
        int lanes = 32, width = sizes.Channels / sizes.Groups;
        while (lanes > 1 && lanes * width > 256)
            lanes /= 2;
        Kernel(file, "totals", $"TYPE={x.DType} WEIGHT={weightType} MODULATION={modulation} WIDE={plan.IsWide} SILU={silu}")
            .Launch(Stream, new(checked((uint)((long)sizes.Images * sizes.Groups))), 256, 128, ofSlabs, KernelArgument.Struct(ref given), rstd,
                gradients.Scale, gradients.Shift, ofImages, ofGroups, KernelArgument.Struct(ref geometry), lanes);
        Kernel(file, "inputs", $"TYPE={x.DType} WEIGHT={weightType} MODULATION={modulation} WIDE={plan.IsWide} SILU={silu}")
            .Launch(Stream, plan.Grid, plan.Threads, 0, x, KernelArgument.Struct(ref given), mean, rstd, ofGroups, dy, dx,
                KernelArgument.Struct(ref geometry));
        if (ofImages is not null)
            AddWeightGradient(ofImages, gradients.Weight, gradients.Bias, (uint)sizes.Images, sizes.Channels, accumulateWeight, accumulateBias);
    }

    static (DType Weight, DType Modulation) Types(Tensor x, GroupNormOperands operands)
        => ((operands.Weight ?? x).DType, (operands.Scale ?? x).DType);

    /// <summary>The operands as kernels take them: norms/group_norm.cuh.</summary>
    [StructLayout(LayoutKind.Sequential)]
    readonly struct GroupNormAddresses(GroupNormOperands operands)
    {
        readonly nint _weight = RowPlan.Address(operands.Weight);
        readonly nint _bias = RowPlan.Address(operands.Bias);
        readonly nint _scale = RowPlan.Address(operands.Scale);
        readonly nint _shift = RowPlan.Address(operands.Shift);
    }

    /// <summary>The sizes as kernels take them: norms/group_norm.cuh.</summary>
    [StructLayout(LayoutKind.Sequential)]
    readonly record struct GroupNormGeometry(int Pixels, int Channels, int Groups, int Slabs, int SlabPixels, int Across, int Down);

    /// <summary>How images are shared among blocks and threads.</summary>
    /// <param name="Pack">Channels of an access.</param>
    readonly record struct GroupNormPlan(int Pack, int Slabs, int Chunks, GroupNormGeometry Geometry)
    {
        const int MostThreads = 320; // 10 warps: whole rows of 320 channels, the narrowest of the common widths, by 8 pixels
        const int WidestBlock = 512;

        // Below this many pixels for each thread, folding the slabs costs more than the threads bring.
        const int LeastPixels = 8;

        internal bool IsWide => Pack > 1;

        internal int Threads => ((Geometry.Across * Geometry.Down) + 31) / 32 * 32;

        internal int Scratch => Geometry.Across * Geometry.Down * Pack * 2 * sizeof(float);

        internal Grid Grid => new((uint)Slabs, (uint)Chunks);

        /// <summary>That the channels of a block can belong to.</summary>
        internal int GroupsOfBlock => Math.Min(Geometry.Groups, (Geometry.Across * Pack / (Geometry.Channels / Geometry.Groups)) + 2);

        internal static GroupNormPlan Of(Tensor x, Tensor y, GroupNormOperands operands, GroupNormSizes sizes, int multiprocessors, Tensor? dy = null)
        {
            bool isWide = RowPlan.Aligns(sizes.Channels, x, y, operands.Weight, operands.Bias, operands.Scale, operands.Shift, dy);
            int pack = isWide ? RowPlan.PackOf(x.DType) : 1, packs = sizes.Channels / pack;
            int across = packs <= WidestBlock ? packs : WidestBlock / 2, down = 1;
            for (int more = 2; more * across <= MostThreads && more <= sizes.Pixels; more++)
            {
                if (Idle(more * across) * down <= Idle(down * across) * more)
                    down = more;
            }
            int chunks = (packs + across - 1) / across;
            int wanted = Math.Max(1, multiprocessors * 2 / Math.Max(1, sizes.Images * chunks));
            int slabs = Math.Clamp(sizes.Pixels / (down * LeastPixels), 1, wanted);
            int slabPixels = (sizes.Pixels + slabs - 1) / slabs;
            slabs = (sizes.Pixels + slabPixels - 1) / slabPixels;
            return new(pack, checked(sizes.Images * slabs), chunks,
                new(sizes.Pixels, sizes.Channels, sizes.Groups, slabs, slabPixels, across, down));
        }

        // Threads that whole warps have more than there is work for.
        static int Idle(int threads) => -threads & 31;
    }
}
