namespace SuTI.Model.Evaluation;

/// <summary>The embeddings of one subject's pictures.</summary>
/// <param name="References">Photographs of the subject.</param>
/// <param name="Generated">Pictures drawn of it.</param>
/// <param name="Prompts">What each of these was drawn for; empty in a space without texts.</param>
public sealed record SubjectEmbeddings(IReadOnlyList<float[]> References, IReadOnlyList<float[]> Generated, IReadOnlyList<float[]> Prompts);

/// <summary>
/// The measures of subject-driven generation (Ruiz et al. 2023, section 4.2). A value is a mean over the pictures of each subject,
/// then over subjects; its interval is a bootstrap over subjects.
/// </summary>
public static class SubjectScores
{
    /// <summary>CLIP-I or DINO: the mean cosine of all pairs of a generated picture and a reference.</summary>
    public static MeanInterval Fidelity(IEnumerable<SubjectEmbeddings> subjects)
        => Over(subjects, subject => subject.Generated.Count > 0 && subject.References.Count > 0,
            subject => Cosine.MeanOfPairs(subject.Generated, subject.References));

    /// <summary>CLIP-T: the mean cosine of a generated picture and its prompt.</summary>
    public static MeanInterval PromptFidelity(IEnumerable<SubjectEmbeddings> subjects)
        => Over(subjects, subject => subject.Generated.Count > 0,
            subject => subject.Generated.Select((picture, i) => Cosine.Of(picture, subject.Prompts[i])).Average());

    /// <summary>What real pictures reach: the mean cosine of all pairs of different references.</summary>
    public static MeanInterval OfReferences(IEnumerable<SubjectEmbeddings> subjects)
        => Over(subjects, subject => subject.References.Count > 1, subject => Cosine.MeanWithin(subject.References));

    static MeanInterval Over(IEnumerable<SubjectEmbeddings> subjects, Func<SubjectEmbeddings, bool> counts, Func<SubjectEmbeddings, double> value)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        double[] values = [.. subjects.Where(counts).Select(value)];
        return values.Length > 0 ? Bootstrap.Mean(values) : new(double.NaN, double.NaN, double.NaN, 0);
    }
}
