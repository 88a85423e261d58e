using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SuTI.Model.Subjects.Experts;

/// <summary>Seeds by what is drawn, not by its number in a run: the same page and prompt have the same noise in every run.</summary>
static class PageSeed
{
    // A catalogue holds signed numbers.
    const ulong Mask = (1UL << 62) - 1;

    internal static ulong Of(ulong seed, string url, string prompt = "", int picture = 0)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{seed}\n{picture}\n{url}\n{prompt}");
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) & Mask;
    }
}
