namespace SuTI.Model.Text;

/// <summary>
/// A printable character for every byte, so that a vocabulary of byte strings is a vocabulary of words: bytes that are
/// printable in Latin-1 stand for themselves, the others are numbered from U+0100 on (openai/CLIP, simple_tokenizer).
/// </summary>
static class ByteAlphabet
{
    static readonly char[] s_characters = Build();
    static readonly short[] s_bytes = Invert();

    /// <summary>The bytes in the order of the vocabulary: the printable ones first.</summary>
    public static IEnumerable<byte> VocabularyOrder { get; }
        = [.. Enumerable.Range(0, 256).Select(value => (byte)value).OrderBy(value => IsPrintable(value) ? 0 : 1)];

    public static char Character(byte value) => s_characters[value];

    /// <summary>The byte of a character; -1 if it is none of the alphabet.</summary>
    public static int Byte(char character) => character < s_bytes.Length ? s_bytes[character] : -1;

    static bool IsPrintable(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    static char[] Build()
    {
        char[] characters = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
            characters[value] = (char)(IsPrintable(value) ? value : next++);
        return characters;
    }

    static short[] Invert()
    {
        short[] bytes = new short[s_characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++)
            bytes[s_characters[value]] = (short)value;
        return bytes;
    }
}
