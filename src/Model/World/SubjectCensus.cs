using System.Globalization;
using SuTI.Engine;
using SuTI.Model.World.Sprites;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.World;

/// <summary>Counts the subjects of each split, so that the n-th is found without a search.</summary>
sealed class SubjectCensus
{
    // Sprites have indices of their own, above all others.
    const long FirstSprite = 1L << 40;
    const int HeldOutEvery = 10;

    static readonly int[] s_train = Classes(isHeldOut: false), s_heldOut = Classes(isHeldOut: true);

    readonly RandomKey _mix;
    readonly SpriteFolder? _sprites;
    readonly double _spriteShare;

    internal SubjectCensus(ulong seed, SpriteFolder? sprites, double spriteShare)
    {
        if (!(spriteShare is >= 0 and <= 1))
            throw new SutiException("world", "the share of sprites lies between 0 and 1", "0 to 1",
                spriteShare.ToString(CultureInfo.InvariantCulture));
        (_mix, _sprites, _spriteShare) = (RandomKey.For("world/mix", seed), sprites, spriteShare);
    }

    internal Subject Subject(long index, RandomKey key)
    {
        if (index < 0 || index >= FirstSprite + (_sprites?.Count ?? 0))
            throw new SutiException("world", "there is no subject of this index", null, index.ToString(CultureInfo.InvariantCulture));
        if (index >= FirstSprite)
            return _sprites!.Subject((int)(index - FirstSprite), index, key);
        return new(index, SubjectClasses.All[(int)(index % SubjectClasses.All.Count)], key);
    }

    internal long Index(WorldSplit split, long number)
    {
        if (number is < 0 or > (1L << 32))
            throw new SutiException("world", "there is no subject of this number", null, number.ToString(CultureInfo.InvariantCulture));
        if (_spriteShare > 0 && new WorldRandom(_mix.At((uint)(number >> 32)), (uint)number).Chance(_spriteShare) && _sprites!.Pick(split,
            number) is { } sprite)
            return FirstSprite + sprite;
        int[] classes = split == WorldSplit.Classes ? s_heldOut : s_train;
        long individual = number / classes.Length;
        // Individuals 9, 19, 29 … of the known classes are held out.
        individual = split switch
        {
            WorldSplit.Subjects => (individual * HeldOutEvery) + HeldOutEvery - 1,
            WorldSplit.Classes => individual,
            _ => (individual / (HeldOutEvery - 1) * HeldOutEvery) + (individual % (HeldOutEvery - 1)),
        };
        return (individual * SubjectClasses.All.Count) + classes[(int)(number % classes.Length)];
    }

    internal WorldSplit SplitOf(Subject subject)
    {
        if (subject.Index >= FirstSprite)
            return _sprites?.SplitOf((int)(subject.Index - FirstSprite)) ?? WorldSplit.Train;
        if (SubjectClasses.HeldOut.Contains(subject.Class.Name))
            return WorldSplit.Classes;
        return subject.Index / SubjectClasses.All.Count % HeldOutEvery == HeldOutEvery - 1 ? WorldSplit.Subjects : WorldSplit.Train;
    }

    static int[] Classes(bool isHeldOut)
        => [.. Enumerable.Range(0, SubjectClasses.All.Count).Where(i => SubjectClasses.HeldOut.Contains(SubjectClasses.All[i].Name) == isHeldOut)];
}
