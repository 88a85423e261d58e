using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects;

/// <summary>What is said of a cluster's pictures where a model reads or learns them.</summary>
public static class ClusterCaptions
{
    /// <summary>
    /// The page's own text where it names the cluster's noun, for it tells what else the picture shows; else the subject text, which all pictures
    /// share (SuTI, section 3.1).
    /// </summary>
    public static string Of(Cluster cluster, ClusterImage image)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(image);
        return Names(image.Text, cluster.Noun) ? image.Text : Subject(cluster.Subject);
    }

    /// <summary>The subject with its article: <c>a red robot</c>.</summary>
    public static string Subject(string subject)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return "aeiou".Contains(char.ToLowerInvariant(subject[0]), StringComparison.Ordinal) ? $"an {subject}" : $"a {subject}";
    }

    static bool Names(string text, string noun)
    {
        for (int at = 0; noun.Length > 0 && (at = text.IndexOf(noun, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            bool begins = at == 0 || !char.IsLetterOrDigit(text[at - 1]), ends = at + noun.Length == text.Length || !char.IsLetterOrDigit(text[at + noun.Length]);
            if (begins && ends)
                return true;
        }
        return false;
    }
}
