using System.Text;

namespace SuTI.Engine.IO;

/// <summary>Names and sizes of <see cref="SafetensorsType"/>.</summary>
public static class SafetensorsTypes
{
    static readonly (string Name, byte[] Utf8, int Bytes)[] s_rows =
    [
        Row("BOOL", 1), Row("U8", 1), Row("I8", 1), Row("F8_E4M3", 1), Row("F8_E5M2", 1), Row("F8_E8M0", 1),
        Row("U16", 2), Row("I16", 2), Row("F16", 2), Row("BF16", 2),
        Row("U32", 4), Row("I32", 4), Row("F32", 4),
        Row("U64", 8), Row("I64", 8), Row("F64", 8), Row("C64", 8),
    ];

    /// <summary>All types, the smallest element first.</summary>
    public static IEnumerable<SafetensorsType> All =>
        Enumerable.Range(0, s_rows.Length).Select(i => (SafetensorsType)i);

    /// <summary>The name the file format uses.</summary>
    public static string FormatName(this SafetensorsType type) => s_rows[(int)type].Name;

    /// <summary>Bytes of one element.</summary>
    public static int ElementBytes(this SafetensorsType type) => s_rows[(int)type].Bytes;

    public static bool TryParse(ReadOnlySpan<byte> utf8Name, out SafetensorsType type)
    {
        for (int i = 0; i < s_rows.Length; i++)
        {
            if (utf8Name.SequenceEqual(s_rows[i].Utf8))
            {
                type = (SafetensorsType)i;
                return true;
            }
        }
        type = default;
        return false;
    }

    /// <summary>Elements and bytes of a tensor, unless a dimension is negative or a product reaches 2⁶³.</summary>
    /// <remarks>
    /// A zero dimension does not excuse the others: [0, 2⁶², 2⁶²] is refused in any order, since strides are products
    /// of the other dimensions.
    /// </remarks>
    public static bool TryCount(
        this SafetensorsType type, ReadOnlySpan<long> shape, out long elements, out long bytes)
    {
        elements = 0;
        bytes = 0;
        UInt128 product = (UInt128)type.ElementBytes();
        bool isEmpty = false;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
                return false;
            isEmpty |= dimension == 0;
            product *= (UInt128)Math.Max(dimension, 1);
            if (product > long.MaxValue)
                return false;
        }
        bytes = isEmpty ? 0 : (long)product;
        elements = bytes / type.ElementBytes();
        return true;
    }

    static (string Name, byte[] Utf8, int Bytes) Row(string name, int bytes) =>
        (name, Encoding.ASCII.GetBytes(name), bytes);
}
