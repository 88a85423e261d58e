using SuTI.Engine;
using SuTI.Model.Imaging;
using SuTI.Model.World;
using SuTI.Model.World.Scenes;
using SuTI.Model.World.Subjects;

namespace SuTI.Model.Nano;

/// <summary>
/// What a CLIP of the drawn world is to be good for, on what it has not learnt from: texts find their pictures; a right text is nearer
/// than one with another scene, colour or class; pictures of one subject are nearer than others, as mining supposes.
/// </summary>
sealed class ClipProbe
{
    const int Pairs = 128, MinedClasses = 24, MinedIndividuals = 2, MinedViews = 4;

    readonly WorldData _data;
    readonly int _size;
    readonly Dictionary<string, List<WorldPicture>> _pictures = [];
    readonly SubjectPictures _mined;

    internal ClipProbe(WorldData data, int size)
    {
        (_data, _size) = (data, size);
        foreach (var (name, split) in ((string, WorldSplit)[])[("prompts", WorldSplit.Prompts), ("subjects", WorldSplit.Subjects)])
            _pictures.Add(name, Draw(split));
        _mined = new(data, WorldSplit.Subjects, MinedClasses, MinedIndividuals, MinedViews, size);
    }

    internal IReadOnlyDictionary<string, double> Run(Func<IReadOnlyList<Image>, IReadOnlyList<float[]>> embedImages,
        Func<IReadOnlyList<string>, IReadOnlyList<float[]>> embedTexts, double scale)
    {
        var metrics = new Dictionary<string, double> { ["probe/scale"] = scale };
        foreach (var (name, pictures) in _pictures)
        {
            var images = embedImages([.. pictures.Select(Shown)]);
            var texts = embedTexts([.. pictures.Select(picture => picture.Caption)]);
            metrics.Add($"probe/{name}_text_error", Lost(texts, images));
            metrics.Add($"probe/{name}_image_error", Lost(images, texts));
            if (name == "prompts")
                Contrast(metrics, pictures, images, texts, embedTexts);
        }
        var vectors = embedImages(_mined.Images);
        var found = _mined.Closeness(vectors);
        foreach (var (name, spread) in ((string, Spread)[])[("same", found.Same), ("class", found.Class), ("other", found.Other),
            ("cluster", _mined.Clusters(vectors)), ("mixture", _mined.Mixtures(vectors))])
        {
            metrics.Add($"probe/{name}", spread.Mean);
            metrics.Add($"probe/{name}_low", spread.Low);
            metrics.Add($"probe/{name}_high", spread.High);
        }
        return metrics;
    }

    List<WorldPicture> Draw(WorldSplit split)
    {
        var world = new SubjectWorld(_data.Seed);
        var key = RandomKey.For($"probe/clip/{split}", _data.Seed);
        var pictures = new List<WorldPicture>(Pairs);
        for (uint i = 0; i < Pairs; i++)
        {
            var random = new WorldRandom(key, i);
            pictures.Add(_data.Draw(world, world.Subject(split, i), split, _size, ref random));
        }
        return pictures;
    }

    static Image Shown(WorldPicture picture) => new(picture.Size, picture.Size, 3, picture.Pixels);

    /// <summary>Share of the first whose nearest of the second is not its own.</summary>
    static double Lost(IReadOnlyList<float[]> from, IReadOnlyList<float[]> to)
        => Enumerable.Range(0, from.Count).Average(i => Enumerable.Range(0, to.Count)
            .MaxBy(j => Closeness.Cosine(from[i], to[j])) == i ? 0.0 : 1.0);

    static void Contrast(Dictionary<string, double> metrics, IReadOnlyList<WorldPicture> pictures, IReadOnlyList<float[]> images,
        IReadOnlyList<float[]> texts, Func<IReadOnlyList<string>, IReadOnlyList<float[]>> embedTexts)
    {
        double[] right = [.. images.Select((image, i) => Closeness.Cosine(image, texts[i]))];
        metrics.Add("probe/right", right.Average());
        foreach (var (name, wrong) in ((string, Func<WorldPicture, int, string>)[])[("scene", OtherScene), ("colour", OtherColour), ("class", OtherClass)])
        {
            var others = embedTexts([.. pictures.Select(wrong)]);
            double[] gaps = [.. right.Select((cosine, i) => cosine - Closeness.Cosine(images[i], others[i]))];
            metrics.Add($"probe/{name}_gap", gaps.Average());
            metrics.Add($"probe/{name}_error", gaps.Average(gap => gap > 0 ? 0.0 : 1.0));
        }
    }

    static string OtherScene(WorldPicture picture, int number)
    {
        var others = AllScenes.All.Where(scene => scene != picture.Request.Scene).ToList();
        return WorldCaptions.Write(picture.Subject, picture.Request with { Scene = others[number % others.Count] }, isFull: true);
    }

    static string OtherColour(WorldPicture picture, int number)
    {
        string present = picture.Request.Edit?.Name ?? picture.Subject!.ColourName;
        var others = Palette.Colours.Where(colour => colour.Name != present).ToList();
        return WorldCaptions.Write(picture.Subject, picture.Request with { Edit = others[number % others.Count] }, isFull: true);
    }

    static string OtherClass(WorldPicture picture, int number)
    {
        string present = picture.Subject!.Class.Name;
        var others = SubjectClasses.All.Where(kind => kind.Name != present && !SubjectClasses.HeldOut.Contains(kind.Name)).ToList();
        return picture.Caption.Replace(present, others[(number * 7) % others.Count].Name, StringComparison.Ordinal);
    }
}
