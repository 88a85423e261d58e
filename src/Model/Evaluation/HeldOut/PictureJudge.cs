using SuTI.Model.Imaging;

namespace SuTI.Model.Evaluation.HeldOut;

/// <summary>Measures pictures against references, prompts and the world's truth.</summary>
public sealed class PictureJudge
{
    readonly IImageEmbedder _clip, _dino;
    readonly ITextEmbedder _texts;
    readonly TestSet _set;
    readonly float[][][] _clipReferences, _dinoReferences;
    readonly float[][][][] _decoys;
    readonly Dictionary<string, float[]> _known = new(StringComparer.Ordinal);

    /// <summary>Embeds the references of all subjects.</summary>
    /// <param name="clip">CLIP's pictures.</param>
    /// <param name="texts">CLIP's texts.</param>
    public PictureJudge(TestSet set, IImageEmbedder clip, ITextEmbedder texts, IImageEmbedder dino)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(dino);
        (_set, _clip, _texts, _dino) = (set, clip, texts, dino);
        _clipReferences = [.. set.Subjects.Select(subject => clip.EmbedImages(subject.References))];
        _dinoReferences = [.. set.Subjects.Select(subject => dino.EmbedImages(subject.References))];
        _decoys = [.. set.Subjects.Select(subject => subject.Decoys.Select(dino.EmbedImages).ToArray())];
    }

    /// <summary>Which models judge.</summary>
    public string ClipDigest => _clip.Digest;

    /// <inheritdoc cref="ClipDigest"/>
    public string DinoDigest => _dino.Digest;

    /// <param name="images">Prompts · Count.</param>
    public IReadOnlyList<PictureScore> Score(TestSubject subject, IReadOnlyList<Image> images)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(images);
        int count = _set.Settings.Count;
        ArgumentOutOfRangeException.ThrowIfNotEqual(images.Count, subject.Prompts.Count * count);
        float[][] clip = _clip.EmbedImages(images), dino = _dino.EmbedImages(images);
        Embed(subject.Prompts);
        return [.. images.Select((_, i) => Score(subject, i / count, clip[i], dino[i]))];
    }

    PictureScore Score(TestSubject subject, int number, float[] clip, float[] dino)
    {
        var prompt = subject.Prompts[number];
        double own = Near(dino, _dinoReferences[subject.Number]);
        var others = _set.Subjects.Where(other => other.Number != subject.Number).ToList();
        return new(number, prompt.Kind, own, Near(clip, _clipReferences[subject.Number]), Cosine.Of(clip, _known[prompt.Text]),
            others.TrueForAll(other => own > Near(dino, _dinoReferences[other.Number])),
            _decoys[subject.Number].All(decoy => own > Near(dino, decoy))
                && others.Where(other => other.Class == subject.Class).All(other => own > Near(dino, _dinoReferences[other.Number])),
            IsRight(clip, prompt.Scene), prompt.Attribute is { } attribute ? IsRight(clip, attribute) : null);
    }

    static double Near(float[] feature, float[][] references) => Cosine.MeanOfPairs([feature], references);

    /// <summary>A tie is no right answer: a picture that says nothing must not win.</summary>
    bool IsRight(float[] picture, TextChoice choice)
    {
        double right = Cosine.Of(picture, _known[choice.Texts[choice.Right]]);
        return choice.Texts.Where((_, i) => i != choice.Right).All(text => Cosine.Of(picture, _known[text]) < right);
    }

    void Embed(IEnumerable<TestPrompt> prompts)
    {
        string[] missing = [.. prompts.SelectMany(prompt => prompt.Scene.Texts.Concat(prompt.Attribute?.Texts ?? []).Append(prompt.Text))
            .Where(text => !_known.ContainsKey(text)).Distinct()];
        foreach (var (text, vector) in missing.Zip(_texts.EmbedTexts(missing)))
            _known.Add(text, vector);
    }
}
