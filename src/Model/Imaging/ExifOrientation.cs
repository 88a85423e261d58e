using System.Buffers.Binary;
using static System.FormattableString;

namespace SuTI.Model.Imaging;

/// <summary>
/// The orientation in EXIF data: tag 0x0112 of the first directory of a TIFF structure (Exif 2.3, 4.6.4).
/// </summary>
static class ExifOrientation
{
    const int Tag = 0x0112, ShortType = 3, EntryBytes = 12;

    /// <summary>1 to 8; 1, upright, where none is found: cameras' data is often broken and never vital.</summary>
    internal static int Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8)
            return 1;
        bool isLittle = tiff.StartsWith("II*\0"u8);
        if (!isLittle && !tiff.StartsWith("MM\0*"u8))
            return 1;
        uint directory = Long(tiff[4..], isLittle);
        if (directory > tiff.Length - 2)
            return 1;
        var entries = tiff[((int)directory + 2)..];
        int count = Math.Min(Short(tiff[(int)directory..], isLittle), entries.Length / EntryBytes);
        for (int i = 0; i < count; i++)
        {
            var entry = entries.Slice(i * EntryBytes, EntryBytes);
            if (Short(entry, isLittle) == Tag && Short(entry[2..], isLittle) == ShortType
                && Long(entry[4..], isLittle) == 1)
                return Short(entry[8..], isLittle) is >= 1 and <= 8 and var orientation ? orientation : 1;
        }
        return 1;
    }

    internal static string Note(int orientation)
        => Invariant($"turned upright from EXIF orientation {orientation}");

    static int Short(ReadOnlySpan<byte> bytes, bool isLittle)
        => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    static uint Long(ReadOnlySpan<byte> bytes, bool isLittle)
        => isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
