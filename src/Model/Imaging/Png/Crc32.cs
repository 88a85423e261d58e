namespace SuTI.Model.Imaging.Png;

/// <summary>The check of a chunk: CRC-32 with the polynomial 0xEDB88320, reflected (PNG, annex D).</summary>
static class Crc32
{
    // s_tables[k][b] is the check of byte b followed by k zeros: four bytes are taken at a time.
    static readonly uint[][] s_tables = Build();

    /// <param name="previous">The check of what came before; 0 at the beginning.</param>
    internal static uint Append(uint previous, ReadOnlySpan<byte> bytes)
    {
        var (first, second, third, fourth) = (s_tables[0], s_tables[1], s_tables[2], s_tables[3]);
        uint crc = ~previous;
        while (bytes.Length >= 4)
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = fourth[crc & 0xff] ^ third[(crc >> 8) & 0xff] ^ second[(crc >> 16) & 0xff] ^ first[crc >> 24];
            bytes = bytes[4..];
        }
        foreach (byte value in bytes)
            crc = first[(crc ^ value) & 0xff] ^ (crc >> 8);
        return ~crc;
    }

    static uint[][] Build()
    {
        uint[][] tables = [new uint[256], new uint[256], new uint[256], new uint[256]];
        for (uint b = 0; b < 256; b++)
        {
            uint crc = b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xedb88320 ^ (crc >> 1) : crc >> 1;
            tables[0][b] = crc;
        }
        for (int k = 1; k < tables.Length; k++)
        {
            for (int b = 0; b < 256; b++)
                tables[k][b] = tables[0][tables[k - 1][b] & 0xff] ^ (tables[k - 1][b] >> 8);
        }
        return tables;
    }
}
