using System.Diagnostics.CodeAnalysis;

namespace SuTI.Engine;

/// <summary>Element types. Arithmetic is done in <see cref="Float32"/> and, for proof, in <see cref="Float64"/>.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The names of the number formats are the clearest names.")]
public enum DType
{
    Float32,
    Float64,

    /// <summary>Storage only: sign, 8 exponent and 7 fraction bits.</summary>
    BFloat16,

    /// <summary>Storage only: IEEE binary16.</summary>
    Float16,
    Int32,
    Int64,

    /// <summary>One byte: 0 or 1.</summary>
    Bool,
    UInt8,
}

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.Float64 or DType.Int64 => 8,
        DType.Float32 or DType.Int32 => 4,
        DType.BFloat16 or DType.Float16 => 2,
        _ => 1,
    };

    /// <summary>Whether every device's arithmetic could be in this type: f32 or f64. Devices differ: <see cref="Device.Computes"/>.</summary>
    public static bool IsCompute(this DType type) => type is DType.Float32 or DType.Float64;

    public static bool IsFloatingPoint(this DType type)
        => type is DType.Float32 or DType.Float64 or DType.BFloat16 or DType.Float16;

    /// <summary>bf16 or f16: storage, whose arithmetic is f32.</summary>
    public static bool IsHalf(this DType type) => type is DType.BFloat16 or DType.Float16;

    /// <summary>The type of statistics and sums over elements of this type: f32 for halves, else the type itself.</summary>
    public static DType Accumulator(this DType type) => type.IsHalf() ? DType.Float32 : type;

    public static bool IsIndex(this DType type) => type is DType.Int32 or DType.Int64;

    /// <summary>The short name used in messages and reports: f32, f64, bf16, f16, i32, i64, bool, u8.</summary>
    public static string Label(this DType type) => type switch
    {
        DType.Float32 => "f32",
        DType.Float64 => "f64",
        DType.BFloat16 => "bf16",
        DType.Float16 => "f16",
        DType.Int32 => "i32",
        DType.Int64 => "i64",
        DType.Bool => "bool",
        _ => "u8",
    };

    /// <summary>The element type whose managed form is <typeparamref name="T"/>.</summary>
    /// <exception cref="DTypeException">No element type has this managed form.</exception>
    public static DType Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return DType.Float32;
        if (typeof(T) == typeof(double))
            return DType.Float64;
        if (typeof(T) == typeof(Half))
            return DType.Float16;
        if (typeof(T) == typeof(Kernels.BFloat16))
            return DType.BFloat16;
        if (typeof(T) == typeof(int))
            return DType.Int32;
        if (typeof(T) == typeof(long))
            return DType.Int64;
        if (typeof(T) == typeof(bool))
            return DType.Bool;
        if (typeof(T) == typeof(byte))
            return DType.UInt8;
        throw new DTypeException("tensor", "has no element type for this managed type",
            "float, double, Half, BFloat16, int, long, bool or byte", typeof(T).Name);
    }
}
