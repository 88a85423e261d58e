namespace SuTI.Kernels;

/// <summary>The storage form of a bfloat16 number: the upper half of the float's bits. It has no arithmetic of its
/// own.</summary>
public readonly record struct BFloat16(ushort Bits)
{
    /// <summary>The exact value.</summary>
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>Rounds to nearest, ties to even; NaN stays NaN (quiet), too large becomes infinite.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? new((ushort)((bits >> 16) | 0x40))
            : new((ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16));
    }
}
