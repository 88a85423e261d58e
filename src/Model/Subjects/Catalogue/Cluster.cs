namespace SuTI.Model.Subjects.Catalogue;

/// <summary>Pictures of one subject from one page.</summary>
/// <param name="Id">In the catalogue, from 1.</param>
/// <param name="Url">The page.</param>
/// <param name="Subject">What it is, in a few words without an article: <c>red striped robot</c>; empty while nobody knows.</param>
/// <param name="Noun">The class alone: <c>robot</c>.</param>
/// <param name="Similarity">Mean cosine of all pairs of its images.</param>
/// <param name="Images">In the page's order.</param>
public sealed record Cluster(long Id, string Url, string Subject, string Noun, double Similarity, IReadOnlyList<ClusterImage> Images);

/// <summary>One picture of a cluster.</summary>
/// <param name="Path">Relative to the run's folder.</param>
/// <param name="FileDigest">SHA-256 of the file.</param>
/// <param name="PixelDigest">SHA-256 of the decoded picture: see <see cref="PixelDigest.Of"/>.</param>
/// <param name="Text">What the page says about it.</param>
/// <param name="Source">Where it was in the crawl.</param>
public sealed record ClusterImage(string Path, string FileDigest, string PixelDigest, string Text, string Source);
