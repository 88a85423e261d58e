using SuTI.Engine;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.World.Crawl;

/// <summary>
/// The pages of a crawl. A page of one subject has 3 to 8 pictures of it; noise adds pages of many subjects, small pages, foreign and
/// nearly
/// equal pictures, and texts that say nothing or something false.
/// </summary>
public sealed class CrawlPages
{
    const int FewestPictures = 3, MostPictures = 8;

    readonly SubjectWorld _world;
    readonly CrawlOptions _options;
    readonly NoiseRates _rates;

    /// <exception cref="SutiException">An option out of range.</exception>
    public CrawlPages(SubjectWorld world, CrawlOptions options)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_world, _options, _rates) = (world, options, NoiseRates.Of(options.Noise));
    }

    /// <summary>All pictures of a page, drawn; any page can be had alone.</summary>
    public IReadOnlyList<PagePicture> Page(int page) => [.. Enumerable.Range(0,
        Layout(page).Count).Select(position => Picture(page, position))];

    /// <summary>How many pictures a page has, and whether they are of one subject.</summary>
    public (int Count, bool IsMixed) Layout(int page)
    {
        var random = new WorldRandom(RandomKey.For("world/page", _world.Seed), (uint)page);
        int count = FewestPictures + random.Below(MostPictures - FewestPictures + 1), small = 1 + random.Below(FewestPictures - 1);
        bool isSmall = random.Chance(_rates.SmallPage), isMixed = random.Chance(_rates.MixedPage);
        return (isSmall ? small : count, isMixed);
    }

    /// <summary>One picture of a page.</summary>
    public PagePicture Picture(int page, int position)
    {
        var (count, isMixed) = Layout(page);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, count);
        var random = Random(page, position);
        var kind = Kind(isMixed, position, ref random);
        ulong shown = Sample(page, kind == PictureKind.Duplicate ? Origin(page, isMixed, position) : position);
        var subject = kind switch
        {
            PictureKind.Subject or PictureKind.Duplicate => _world.Subject(_options.Split, page),
            _ => random.Chance(0.2) ? null : Foreign(page, position),
        };
        var place = kind is PictureKind.Subject or PictureKind.Duplicate ? Place(page) : null;
        var picture = _world.Draw(subject, _world.Request(_options.Split, shown, _options.Pose, place), _options.Size, shown);
        if (kind == PictureKind.Duplicate)
            picture = NearDuplicate.Of(picture, ref random);
        var (text, isUseful) = Text(picture, ref random);
        return new(page, position, kind, text, isUseful, picture);
    }

    /// <summary>Where all pictures of a page's subject are taken; null if each is somewhere else, or the page has no one subject.</summary>
    public WorldPlace? Place(int page)
    {
        // A stream of its own: whatever the share, all else on the pages stays as it is.
        var random = new WorldRandom(RandomKey.For("world/place", _world.Seed), (uint)page);
        return random.Chance(_options.OnePlace ?? _rates.OnePlace) && !Layout(page).IsMixed ? WorldRequests.Place(ref random, (uint)page) : null;
    }

    // Of the same split; no page is about them, unless there are but few sprites.
    Subject? Foreign(int page, int position)
    {
        long own = _world.Subject(_options.Split, page).Index, number = (1L << 31) + ((long)page * MostPictures) + position;
        var other = _world.Subject(_options.Split, number);
        if (other.Index == own)
            other = _world.Subject(_options.Split, number + MostPictures);
        return other.Index == own ? null : other;
    }

    // The first picture of a page is never a copy, and copies are of pictures of the subject.
    PictureKind Kind(bool isMixed, int position, ref WorldRandom random)
    {
        double choice = random.Unit();
        return isMixed ? PictureKind.Mixed : position > 0 && choice < _rates.Duplicate ? PictureKind.Duplicate
            : position > 0 && choice < _rates.Duplicate + _rates.Foreign ? PictureKind.Foreign : PictureKind.Subject;
    }

    /// <summary>Which earlier picture a copy shows.</summary>
    internal int Origin(int page, bool isMixed, int position)
    {
        for (int earlier = position - 1; earlier > 0; earlier--)
        {
            var random = Random(page, earlier);
            if (Kind(isMixed, earlier, ref random) == PictureKind.Subject)
                return earlier;
        }
        return 0;
    }

    (string Text, bool IsUseful) Text(WorldPicture picture, ref WorldRandom random)
    {
        double choice = random.Unit();
        if (choice < _rates.UselessText)
            return (UselessTexts.Draw(ref random), false);
        if (choice < _rates.UselessText + _rates.WrongText)
        {
            var other = _world.Subject(_options.Split, (1L << 31) + random.Below(1 << 20));
            return (WorldCaptions.Write(other,
                picture.Request with { Scene = Scenes.AllScenes.All[random.Below(Scenes.AllScenes.All.Count)] }, true), false);
        }
        return (random.Below(3) switch
        {
            0 => picture.Prompt,
            1 when picture.Request.Style is null => $"a photo of {picture.Caption}",
            _ => picture.Caption
        }, true);
    }

    WorldRandom Random(int page, int position) => new(RandomKey.For("world/picture", _world.Seed, (uint)position), (uint)page);

    static ulong Sample(int page, int position) => ((ulong)(uint)position << 32) | (uint)page;
}
