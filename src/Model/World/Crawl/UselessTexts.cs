using System.Globalization;

namespace SuTI.Model.World.Crawl;

/// <summary>Alternative texts as pages have them that say nothing about the picture.</summary>
static class UselessTexts
{
    static readonly string[] s_texts =
    [
        "buy now", "click to enlarge", "image", "photo", "untitled", "thumbnail", "free shipping", "new arrivals", "read more", "logo",
            "banner", "picture of the day",
        "best price online", "home", "share this", "advertisement", "stock photo", "gallery", "sale 50% off", "no description",
    ];

    internal static string Draw(ref WorldRandom random) => random.Below(4) switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $"IMG_{random.Below(10000):D4}.jpg"),
        1 => string.Create(CultureInfo.InvariantCulture, $"DSC{random.Below(100000):D5}"),
        _ => random.Pick<string>(s_texts),
    };
}
