using SuTI.Engine;
using SuTI.Model.Evaluation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Mining;

/// <summary>A picture of a page while it is judged.</summary>
sealed record MinedPicture(CrawlEntry Entry, string PixelDigest, ulong Hash, Image Prepared)
{
    internal float[] Embedding { get; set; } = [];
}

/// <summary>Takes the pictures of one page through the filters, in this order; each filter counts what it takes away.</summary>
sealed class PageMiner(PageToMine page, MiningOptions options)
{
    List<MinedPicture> _pictures = [];
    PageLosses _losses = new() { Surplus = page.Surplus };

    internal PageToMine Page => page;

    internal IReadOnlyList<MinedPicture> Pictures => _pictures;

    internal PageLosses Losses => _losses;

    internal double Similarity { get; private set; }

    /// <summary>Decodes the pictures; of those that were met before in the same page the first stays.</summary>
    internal void Load(Crawl crawl, Func<Image, Image> prepare)
    {
        if (page.Entries.Count + page.Surplus < options.Fewest)
            return;
        foreach (var entry in page.Entries)
        {
            try
            {
                if (crawl.Bytes(entry) is not { } bytes)
                {
                    _losses.Missing++;
                    continue;
                }
                var image = Crawl.Decode(bytes, entry);
                string digest = PixelDigest.Of(image);
                if (_pictures.Exists(other => other.PixelDigest == digest))
                    _losses.Copies++;
                else
                    _pictures.Add(new(entry, digest, PerceptualHash.Of(image), prepare(image)));
            }
            catch (Exception failure) when (failure is SutiException or IOException or UnauthorizedAccessException)
            {
                _losses.Broken++;
            }
        }
    }

    internal void DropElsewhere(Func<string, bool> isElsewhere)
        => _losses.Copies += _pictures.RemoveAll(picture => isElsewhere(picture.PixelDigest));

    internal void DropNearHashes()
        => _losses.NearCopies += DropLater((earlier, picture) => PerceptualHash.Distance(earlier.Hash, picture.Hash) <= options.NearBits);

    /// <summary>What is left to judge by embeddings; null where the page is decided already.</summary>
    internal PageOutcome? Early()
    {
        if (page.Entries.Count + page.Surplus < options.Fewest)
            return PageOutcome.TooSmall;
        return _pictures.Count < options.Fewest ? PageOutcome.TooFewLeft : null;
    }

    /// <summary>The filters that need embeddings.</summary>
    internal PageOutcome Judge()
    {
        _losses.NearCopies += DropLater((earlier, picture) => Cosine.Of(earlier.Embedding, picture.Embedding) >= options.NearCosine);
        DropOutliers();
        if (_pictures.Count > options.Most)
        {
            _losses.Surplus += _pictures.Count - options.Most;
            _pictures = _pictures[..options.Most];
        }
        if (_pictures.Count < options.Fewest)
            return PageOutcome.TooFewLeft;
        Similarity = Cosine.MeanWithin([.. _pictures.Select(picture => picture.Embedding)]);
        return Similarity < options.Low ? PageOutcome.TooUnlike : Similarity > options.High ? PageOutcome.TooAlike : PageOutcome.Kept;
    }

    int DropLater(Func<MinedPicture, MinedPicture, bool> isCopy)
    {
        var kept = new List<MinedPicture>();
        foreach (var picture in _pictures)
        {
            if (!kept.Exists(earlier => isCopy(earlier, picture)))
                kept.Add(picture);
        }
        int dropped = _pictures.Count - kept.Count;
        _pictures = kept;
        return dropped;
    }

    void DropOutliers()
    {
        while (options.Outlier is { } bound && _pictures.Count > options.Fewest)
        {
            var (worst, similarity) = _pictures.Select(picture => (picture, _pictures.Where(other => other != picture)
                .Average(other => Cosine.Of(picture.Embedding, other.Embedding)))).MinBy(pair => pair.Item2);
            if (similarity >= bound)
                return;
            _pictures.Remove(worst);
            _losses.Outliers++;
        }
    }
}
