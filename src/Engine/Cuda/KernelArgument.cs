using System.Runtime.CompilerServices;

namespace SuTI.Engine.Cuda;

/// <summary>One argument of a launch: its bytes, which the driver copies. Made by conversion, never boxed.</summary>
readonly unsafe struct KernelArgument
{
    readonly ulong _bits;
    readonly void* _address;

    KernelArgument(ulong bits, int size)
    {
        _bits = bits;
        Size = size;
    }

    KernelArgument(void* address, int size)
    {
        _address = address;
        Size = size;
    }

    internal int Size { get; }

    public static implicit operator KernelArgument(int value) => new((uint)value, sizeof(int));

    public static implicit operator KernelArgument(uint value) => new(value, sizeof(uint));

    public static implicit operator KernelArgument(long value) => new((ulong)value, sizeof(long));

    public static implicit operator KernelArgument(ulong value) => new(value, sizeof(ulong));

    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value), sizeof(float));

    /// <summary>An address on the device.</summary>
    public static implicit operator KernelArgument(nint address) => new((ulong)address, sizeof(ulong));

    /// <summary>The address of the first element; null becomes a null pointer.</summary>
    public static implicit operator KernelArgument(Tensor? tensor)
        => tensor is null ? 0 : tensor.Storage.Address + ((nint)tensor.Offset * tensor.DType.Size());

    /// <summary>A struct passed by value, which must not move until the launch returns: a local.</summary>
    internal static KernelArgument Struct<T>(ref readonly T value) where T : unmanaged
        => new(Unsafe.AsPointer(ref Unsafe.AsRef(in value)), sizeof(T));

    /// <summary>Where the bytes lie, of an argument that itself lies still.</summary>
    internal static void* Address(ref readonly KernelArgument argument)
        => argument._address != null ? argument._address : Unsafe.AsPointer(ref Unsafe.AsRef(in argument._bits));
}

/// <summary>Blocks of a launch.</summary>
readonly record struct Grid(uint X, uint Y = 1, uint Z = 1)
{
    /// <summary>One axis of blocks that hold <paramref name="each"/> of <paramref name="count"/> things.</summary>
    internal static Grid Cover(long count, int each) => new(checked((uint)((count + each - 1) / each)));
}
