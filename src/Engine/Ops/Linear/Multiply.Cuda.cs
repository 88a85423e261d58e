using System.Runtime.InteropServices;
using SuTI.Engine.Cuda;

namespace SuTI.Engine;

public sealed partial class CudaDevice
{
    CublasLt? _products;

    /// <summary>
    /// How many of cuBLASLt's algorithms are timed when a product is first seen, the fastest being kept on disk; 0 takes its first
    /// choice. The device is waited for while timing.
    /// </summary>
    public int TunedProducts { get; set; }

    /// <summary>Products whose bias cuBLASLt refused, so that a kernel of ours added it.</summary>
    internal int BiasesAddedApart { get; private set; }

    internal CublasLt Products => _products ??= new(Runtime.CublasLt, Driver, Workspace(), FormattableString.Invariant($"{Model} {Capability}"));

    internal override void Multiply(Tensor a, Tensor b, Tensor? bias, Tensor? residual, Tensor c, bool accumulate, bool isWeight)
    {
        MakeCurrent();
        if (a.Shape[2] == 0)
        {
            Finish(accumulate ? c : residual, bias, c);
            return;
        }
        if (b.DType != a.DType)
            b = HalfCopy(b, a.DType);
        // What the library cannot read as it lies is copied.
        var left = ProductOperand.Of(b, mayTranspose: true) ?? ProductOperand.Of(b = b.ContiguousValues(), true)!.Value;
        var right = ProductOperand.Of(a, mayTranspose: true) ?? ProductOperand.Of(a = a.ContiguousValues(), true)!.Value;
        var result = ProductOperand.Of(c, mayTranspose: false) ?? throw new ShapeException("multiply", "writes rows that do not overlap");
        ProductOperand? addend = accumulate ? result : null;
        if (residual is not null)
            addend = ProductOperand.Of(residual, mayTranspose: false) ?? ProductOperand.Of(residual = residual.ContiguousValues(), false);
        var key = new ProductKey(left, right, addend, result, c.Shape[0], bias?.DType, AllowsTf32 && a.DType == DType.Float32);
        if (TryMultiply(key, a, b, bias, residual, c))
            return;
        // A half result may ask for a bias of its own type.
        if (bias is not null && bias.DType != c.DType)
        {
            var half = HalfCopy(bias, c.DType);
            if (TryMultiply(key with { Bias = half.DType }, a, b, half, residual, c))
                return;
        }
        BiasesAddedApart++;
        _ = TryMultiply(key with { Bias = null }, a, b, null, residual, c);
        Finish(c, bias, c);
    }

    bool TryMultiply(in ProductKey key, Tensor a, Tensor b, Tensor? bias, Tensor? residual, Tensor c)
    {
        // Where only the variants of kernels are gathered, those that stand in for a refused bias are wanted too.
        if (Kernels.IsDry)
            return bias is null;
        bool tunes = TunedProducts > 1 && !IsCapturing && !Products.Knows(key);
        var scratch = tunes ? Tensor.Empty([Extent(c)], c.DType, this) : null;
        return Products.TryMultiply(Stream, key, Address(b), Address(a), Address(residual ?? c), Address(c), bias is null ? 0 : Address(bias),
            tunes ? TunedProducts : 0, scratch is null ? 0 : Address(scratch));
    }

    /// <summary>c = from + bias; from and bias may be missing.</summary>
    void Finish(Tensor? from, Tensor? bias, Tensor c)
    {
        long count = c.Shape.Length;
        if (count == 0 || (from == c && bias is null))
            return;
        var (source, target) = (Steps(from ?? c), Steps(c));
        Kernel("products/finish.cu", "finish", $"TYPE={c.DType} BIAS={(bias ?? c).DType}").Launch(Stream, GridFor(count, ElementThreads), ElementThreads, 0,
            from, bias, c, count, c.Shape[1], c.Shape[2], KernelArgument.Struct(ref source), KernelArgument.Struct(ref target));
    }

    internal override void ColumnSums(Tensor x, Tensor y, bool accumulate)
    {
        const int Threads = 256, RowsOfBlock = 64;
        int rows = x.Shape[1], columns = x.Shape[2];
        if (columns == 0)
            return;
        if (x.Strides[2] != 1 && columns > 1)
            x = x.ContiguousValues();
        uint across = (uint)((columns + 31) / 32);
        // Enough blocks to fill the device, but slabs of some length: their number depends on the shape alone.
        int slabs = Math.Clamp((rows + RowsOfBlock - 1) / RowsOfBlock, 1, Math.Max(1, 1024 / (int)across));
        long rowsOfSlab = Math.Max(1, ((long)rows + slabs - 1) / slabs);
        var partials = Tensor.Empty([slabs, columns], DType.Float32, this);
        Kernel("products/column_sums.cu", "partial", $"TYPE={x.DType} OUT={y.DType}").Launch(Stream, new(across, (uint)slabs), Threads, 32 * 8 * sizeof(float),
            x, partials, (long)rows, columns, rows == 1 ? columns : x.Strides[1], rowsOfSlab);
        Kernel("products/column_sums.cu", "finish", $"TYPE={x.DType} OUT={y.DType}").Launch(Stream, Grid.Cover(columns, 128), 128, 0,
            partials, y, slabs, columns, accumulate ? 1 : 0);
    }

    /// <summary>
    /// The view on a half copy of its whole storage, which is kept beside it and made anew when its values have changed: how kernels
    /// read f32 master weights.
    /// </summary>
    internal Tensor HalfCopy(Tensor master, DType type)
    {
        var storage = master.Storage;
        long count = storage.Bytes / sizeof(float);
        var copy = storage.Derive(HalfCopyKey.Of(type), count * sizeof(ushort), (Device: this, Type: type, Source: storage, Count: count),
            static (state, target) => state.Device.CastAll(state.Source, DType.Float32, target, state.Type, state.Count));
        copy.Retain();
        var view = new Tensor(copy, master.Shape, master.Strides, master.Offset, type);
        TensorScope.Require("half copy").Adopt(view);
        return view;
    }

    void CastAll(Storage source, DType from, Storage target, DType to, long count)
    {
        if (count > 0)
        {
            Kernel("elementwise/cast.cu", "cast", $"FROM={from} TO={to} TO_BOOL={false}")
                .Launch(Stream, GridFor(count, ElementThreads), ElementThreads, 0, source.Address, target.Address, count);
        }
    }

    // Not in the ledger: it belongs to the device, not to a computation.
    nint Workspace()
    {
        if (IsCapturing)
            throw NotCapturable("the first matrix product");
        var (address, _) = _allocator.Take(CublasLt.WorkspaceBytes);
        return address != 0 ? address : throw OutOfMemory(CublasLt.WorkspaceBytes, "the workspace of matrix products");
    }

    static nint Address(Tensor x) => x.Storage.Address + ((nint)x.Offset * x.DType.Size());

    // From the first element to the last, gaps included.
    static int Extent(Tensor x)
    {
        long extent = 1;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
            extent += (x.Shape[axis] - 1) * x.Strides[axis];
        return checked((int)extent);
    }

    static RowSteps Steps(Tensor x) => new(x.Shape[0] == 1 ? 0 : x.Strides[0], x.Strides[1]);

    [StructLayout(LayoutKind.Sequential)]
    readonly record struct RowSteps(long Batch, long Row);
}

/// <summary>Names the half copy of a storage among what is derived from it.</summary>
static class HalfCopyKey
{
    static readonly object s_bfloat16 = "bf16 copy", s_float16 = "f16 copy";

    internal static object Of(DType type) => type == DType.BFloat16 ? s_bfloat16 : s_float16;
}
