using SuTI.Engine;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.World.Sprites;

/// <summary>Drawn subjects with transparency, as subjects of the world. Every tenth is held out, and so are the nouns that a hash
/// picks.</summary>
public sealed class SpriteFolder
{
    const int HeldOutEvery = 10, HeldOutNouns = 12;

    readonly Entry[] _entries;
    readonly int[][] _bySplit;

    internal SpriteFolder(IReadOnlyList<(string Noun, string Category, Sprite Sprite)> sprites)
    {
        _entries = [.. sprites.Select((sprite, i) => new Entry(new(sprite.Noun, sprite.Category, static (_, _) => { }), sprite.Sprite,
            Split(sprite.Noun, i)))];
        _bySplit = [.. Enum.GetValues<WorldSplit>().Select(split => Enumerable.Range(0, _entries.Length)
            .Where(i => _entries[i].Split == (split == WorldSplit.Prompts ? WorldSplit.Train : split)).ToArray())];
    }

    /// <summary>Reads a folder with <c>sprites.jsonl</c>: one object a line with file, noun and category.</summary>
    /// <exception cref="SutiException">A list or picture that is missing, malformed, too large, outside the folder, or empty.</exception>
    public static SpriteFolder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return SpriteFolderReader.Read(folder);
    }

    public int Count => _entries.Length;

    internal Subject Subject(int sprite, long index, RandomKey key) => new(index, _entries[sprite].Class, key, _entries[sprite].Sprite);

    internal WorldSplit SplitOf(int sprite) => _entries[sprite].Split;

    /// <summary>The number-th sprite of a split, in turn; null if the split has none.</summary>
    internal int? Pick(WorldSplit split,
        long number) => _bySplit[(int)split] is { Length: > 0 } sprites ? sprites[(int)(number % sprites.Length)] : null;

    static WorldSplit Split(string noun, int position)
        => RandomKey.For(noun, 0).Purpose % HeldOutNouns == 0 ? WorldSplit.Classes : position % HeldOutEvery == HeldOutEvery - 1 ? WorldSplit.Subjects : WorldSplit.Train;

    sealed record Entry(SubjectClass Class, Sprite Sprite, WorldSplit Split);
}
