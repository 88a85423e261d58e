using SuTI.Engine;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Mining;

/// <summary>What came back from a captioner.</summary>
/// <param name="Described">Clusters whose subject is now known.</param>
/// <param name="Unknown">Lines about pages that are no cluster.</param>
/// <param name="Bad">Lines that are no description.</param>
public sealed record HandoverSummary(long Described, long Unknown, long Bad);

/// <summary>
/// Subject texts by a program of one's own, such as a captioner with a language model. It gets JSON lines with <c>url</c>,
/// <c>images</c> (whole paths), <c>texts</c>, <c>subject</c>, <c>noun</c>, and gives back lines with <c>url</c>, <c>subject</c> and, if
/// it knows it, <c>noun</c>.
/// </summary>
public static class SubjectHandover
{
    const int LongestSubject = 200;

    /// <summary>Writes all clusters into <c>subjects.jsonl</c> of the run.</summary>
    /// <returns>The path of the file.</returns>
    public static string Write(RunCatalogue run)
    {
        ArgumentNullException.ThrowIfNull(run);
        const string name = "subjects.jsonl";
        StageManifest.WriteLines(run, name, run.Clusters.All().Select(cluster => new Action<System.Text.Json.Utf8JsonWriter>(json =>
        {
            json.WriteString("url", cluster.Url);
            json.WriteStartArray("images");
            foreach (var image in cluster.Images)
                json.WriteStringValue(Path.GetFullPath(run.PathOf(image.Path)));
            json.WriteEndArray();
            json.WriteStartArray("texts");
            foreach (var image in cluster.Images)
                json.WriteStringValue(image.Text);
            json.WriteEndArray();
            json.WriteString("subject", cluster.Subject);
            json.WriteString("noun", cluster.Noun);
        })));
        return run.PathOf(name);
    }

    /// <summary>Takes descriptions over; what is wrong is counted and passed over.</summary>
    /// <exception cref="SutiException">The file cannot be read.</exception>
    public static HandoverSummary Read(RunCatalogue run, string file)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(file);
        long described = 0, unknown = 0, bad = 0;
        try
        {
            using var stream = File.OpenRead(file);
            run.InTransaction(() =>
            {
                foreach (var line in BoundedLines.Read(stream, CrawlJson.LongestLine))
                {
                    if (line is { Length: 0 })
                        continue;
                    if (line is not { } bytes || CrawlJson.Read(bytes, "url", "subject", "noun") is not [{ } url, { } subject, var noun]
                        || !IsShort(subject) || (noun is not null && !IsShort(noun)))
                        bad++;
                    else if (run.Clusters.Find(url) is not { } cluster)
                        unknown++;
                    else
                    {
                        run.Clusters.Describe(cluster.Id, subject.Trim(), noun?.Trim() ?? SubjectTexts.Class(subject.Trim()));
                        described++;
                    }
                }
            });
            return new(described, unknown, bad);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(file, 1000), "cannot be read", "a file of JSON lines", failure.Message, failure);
        }
    }

    static bool IsShort(string text) => text.Length <= LongestSubject && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);
}
