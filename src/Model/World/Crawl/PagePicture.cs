namespace SuTI.Model.World.Crawl;

/// <summary>What a picture is on its page.</summary>
public enum PictureKind
{
    /// <summary>Of the page's subject.</summary>
    Subject,

    /// <summary>Of something else, on a page of one subject.</summary>
    Foreign,

    /// <summary>Nearly the one before it.</summary>
    Duplicate,

    /// <summary>On a page without a common subject.</summary>
    Mixed,
}

/// <summary>One picture of a page: what is drawn, what is said, and what is true.</summary>
/// <param name="Page">Of the crawl, from 0.</param>
/// <param name="Position">On the page, from 0.</param>
/// <param name="Kind">Its part in the page.</param>
/// <param name="Text">What the page says about it.</param>
/// <param name="IsTextUseful">Whether the text describes this picture.</param>
/// <param name="Picture">The picture and its truth.</param>
public sealed record PagePicture(int Page, int Position, PictureKind Kind, string Text, bool IsTextUseful, WorldPicture Picture)
{
    /// <summary>Whether the page's other pictures of its subject are taken in the same place.</summary>
    public bool IsOnePlace => Picture.Request.Place is not null;

    /// <summary>Relative to the folder of the crawl: a thousand pages a folder.</summary>
    public string ImagePath => FormattableString.Invariant($"images/{Page / 1000:D4}/{Page:D7}-{Position}.png");

    /// <summary>The address of its page; pictures of one page share it.</summary>
    public string Url => FormattableString.Invariant($"https://world.example/pages/{Page:D7}.html");
}
