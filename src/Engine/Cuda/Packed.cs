namespace SuTI.Engine.Cuda;

/// <summary>Accesses of 16 bytes: whether addresses allow them.</summary>
static class Packed
{
    internal const int Bytes = 16;

    /// <summary>Elements in one access.</summary>
    internal static int Elements(DType dtype) => Bytes / dtype.Size();

    /// <summary>Whole accesses in contiguous tensors of <paramref name="count"/> elements each; 0 where an address is not a multiple of 16.</summary>
    /// <param name="tensors">Null where there is none.</param>
    internal static long Count(long count, params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (tensor is not null && !IsAligned(tensor, Bytes))
                return 0;
        }
        return count / Elements(tensors[0]!.DType);
    }

    internal static bool IsAligned(Tensor tensor, int bytes) => Address(tensor) % bytes == 0;

    /// <summary>Of the first element.</summary>
    internal static nint Address(Tensor tensor) => tensor.Storage.Address + ((nint)tensor.Offset * tensor.DType.Size());
}
