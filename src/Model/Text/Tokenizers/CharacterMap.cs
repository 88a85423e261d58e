using System.Buffers.Binary;
using SuTI.Engine;

namespace SuTI.Model.Text;

/// <summary>
/// SentencePiece's precompiled_charsmap: byte strings and what they are replaced by, in a double array (Darts-clone's
/// format; google/sentencepiece, normalizer).
/// </summary>
/// <remarks>
/// A file is four bytes with the length of the array, the array of 32-bit units, and the replacements, each ended by a
/// zero. A unit holds its label, whether a value hangs on it, and the distance to its children.
/// </remarks>
sealed class CharacterMap
{
    const int LongestKey = 1024, LongestReplacement = 1024;

    readonly string _source;
    readonly uint[] _units;
    readonly byte[] _replacements;

    /// <exception cref="SutiException">The lengths do not fit.</exception>
    public CharacterMap(ReadOnlySpan<byte> map, string source)
    {
        _source = $"{TokenizerFile.Printable(source)}, precompiled_charsmap";
        if (map.Length <= 4 || BinaryPrimitives.ReadUInt32LittleEndian(map) is var length && length > map.Length - 4)
            throw new SutiException(_source, "is cut off", "a length and as many bytes",
                TokenizerFile.Invariant($"{map.Length} bytes"));
        if (length is 0 || length % 4 != 0)
            throw new SutiException(_source, "the length of the trie is no number of units", "a multiple of 4 bytes",
                TokenizerFile.Invariant($"{length}"));
        _units = new uint[length / 4];
        for (int i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + (4 * i))..]);
        _replacements = map[(4 + (int)length)..].ToArray();
    }

    /// <summary>The longest entry that <paramref name="text"/> begins with; length 0 if there is none.</summary>
    /// <exception cref="SutiException">The trie or an entry leads out of the file.</exception>
    public int Match(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        int longest = 0;
        uint value = 0;
        uint at = Offset(Unit(0));
        for (int i = 0; i < text.Length; i++)
        {
            at ^= text[i];
            uint unit = Unit(at);
            if (Label(unit) != text[i])
                break;
            if (i == LongestKey)
                throw new SutiException(_source, "the trie runs in circles",
                    TokenizerFile.Invariant($"entries of at most {LongestKey} bytes"), "a longer one");
            at ^= Offset(unit);
            if (HasLeaf(unit))
            {
                longest = i + 1;
                value = Unit(at) & 0x7FFFFFFF;
            }
        }
        replacement = longest == 0 ? [] : Replacement(value);
        return longest;
    }

    ReadOnlySpan<byte> Replacement(uint begin)
    {
        int length = begin < _replacements.Length ? _replacements.AsSpan((int)begin).IndexOf((byte)0) : -1;
        return length is >= 0 and <= LongestReplacement ? _replacements.AsSpan((int)begin, length) : throw new SutiException(_source,
            "an entry has no replacement",
            TokenizerFile.Invariant($"one of at most {LongestReplacement} bytes within {_replacements.Length}"),
            length < 0 ? TokenizerFile.Invariant($"one from byte {begin} without an end")
                : TokenizerFile.Invariant($"one of {length} bytes"));
    }

    uint Unit(uint at) => at < _units.Length ? _units[at] : throw new SutiException(_source, "the trie leads out of itself",
        TokenizerFile.Invariant($"a unit below {_units.Length}"), TokenizerFile.Invariant($"{at}"));

    static bool HasLeaf(uint unit) => (unit & 0x100) != 0;

    /// <summary>The byte that leads here; a value, which has the highest bit, equals none.</summary>
    static uint Label(uint unit) => unit & 0x800000FF;

    static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
