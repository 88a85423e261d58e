using System.Globalization;
using System.Text;

namespace SuTI.Model.Text;

/// <summary>
/// Unicode's normalisation form C (UAX #15): what can be written as one character is. The framework's own does nothing
/// when globalization is invariant, as it is in this program.
/// </summary>
static class CanonicalComposition
{
    /// <summary>The first character that form C may change or that may change one before it.</summary>
    const char FirstAffected = '\u0300';

    const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7,
        LeadCount = 19, VowelCount = 21, TailCount = 28;

    static readonly Lazy<Facts> s_facts = new(Read);

    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(FirstAffected, char.MaxValue))
            return text;
        var facts = s_facts.Value;
        var characters = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, characters, facts);
        Order(characters, facts);
        Join(characters, facts);
        var composed = new StringBuilder(text.Length);
        foreach (int character in characters)
            composed.Append(new Rune(character).ToString());
        return composed.ToString();
    }

    static void Decompose(int character, List<int> into, Facts facts)
    {
        int syllable = character - HangulBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TailCount)
        {
            into.Add(LeadBase + (syllable / (VowelCount * TailCount)));
            into.Add(VowelBase + (syllable / TailCount % VowelCount));
            if (syllable % TailCount > 0)
                into.Add(TailBase + (syllable % TailCount));
        }
        else if (facts.Parts.TryGetValue(character, out var parts))
        {
            Decompose(parts.First, into, facts);
            if (parts.Second is { } second)
                into.Add(second);
        }
        else
        {
            into.Add(character);
        }
    }

    /// <summary>Sorts every run of combining marks by class; marks of one class keep their order.</summary>
    static void Order(List<int> characters, Facts facts)
    {
        for (int begin = 0; begin < characters.Count;)
        {
            int end = begin;
            while (end < characters.Count && facts.ClassOf(characters[end]) > 0)
                end++;
            if (end - begin > 1)
            {
                var run = characters.GetRange(begin, end - begin).OrderBy(facts.ClassOf).ToList();
                for (int i = 0; i < run.Count; i++)
                    characters[begin + i] = run[i];
            }
            begin = end + 1;
        }
    }

    static void Join(List<int> characters, Facts facts)
    {
        int starter = -1, lastClass = 0, written = 0;
        for (int i = 0; i < characters.Count; i++)
        {
            int character = characters[i], ownClass = facts.ClassOf(character);
            // A mark is blocked by one between it and the starter of its own class or a higher one.
            bool reaches = starter >= 0 && (written == starter + 1 || lastClass < ownClass);
            if (reaches && Pair(characters[starter], character, facts) is { } composite)
            {
                characters[starter] = composite;
                continue;
            }
            if (ownClass == 0)
                starter = written;
            lastClass = ownClass;
            characters[written++] = character;
        }
        characters.RemoveRange(written, characters.Count - written);
    }

    static int? Pair(int first, int second, Facts facts)
    {
        if (first - LeadBase is >= 0 and < LeadCount and int lead && second - VowelBase is >= 0 and < VowelCount and int vowel)
            return HangulBase + (((lead * VowelCount) + vowel) * TailCount);
        if (first - HangulBase is >= 0 and < LeadCount * VowelCount * TailCount and int syllable
            && syllable % TailCount == 0 && second - TailBase is > 0 and < TailCount and int tail)
            return first + tail;
        return facts.Composites.TryGetValue((first, second), out int composite) ? composite : null;
    }

    static Facts Read()
    {
        using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical.txt")
            ?? throw new InvalidOperationException("canonical.txt is not in the assembly");
        using var reader = new StreamReader(stream);
        var facts = new Facts();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            string[] fields = line.Split(' ');
            int first = Hexadecimal(fields[1]), second = Hexadecimal(fields[2]);
            if (fields[0] == "k")
            {
                for (int character = first; character <= second; character++)
                    facts.Classes.Add(character, byte.Parse(fields[3], CultureInfo.InvariantCulture));
                continue;
            }
            facts.Parts.Add(first, (second, fields.Length > 3 ? Hexadecimal(fields[3]) : null));
            if (fields[0] == "=")
                facts.Composites.Add((second, Hexadecimal(fields[3])), first);
        }
        return facts;
    }

    static int Hexadecimal(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    sealed class Facts
    {
        public Dictionary<int, (int First, int? Second)> Parts { get; } = [];

        public Dictionary<(int First, int Second), int> Composites { get; } = [];

        public Dictionary<int, byte> Classes { get; } = [];

        public int ClassOf(int character) => Classes.GetValueOrDefault(character);
    }
}
