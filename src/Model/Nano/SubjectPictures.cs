using SuTI.Engine;
using SuTI.Model.Imaging;
using SuTI.Model.World;

namespace SuTI.Model.Nano;

/// <summary>Pictures of several subjects of each of several classes, for probes: the same in every run.</summary>
sealed class SubjectPictures
{
    readonly List<Image> _images = [];
    readonly List<long> _subjects = [];
    readonly List<int> _classes = [];
    readonly int _views;

    /// <param name="split">That the subjects are of.</param>
    /// <param name="most">Classes at most.</param>
    /// <param name="individuals">Of each class.</param>
    /// <param name="views">Pictures of each subject.</param>
    internal SubjectPictures(WorldData data, WorldSplit split, int most, int individuals, int views, int size)
    {
        _views = views;
        var world = new SubjectWorld(data.Seed);
        var key = RandomKey.For($"probe/{split}", data.Seed);
        int period = split == WorldSplit.Classes ? World.Subjects.SubjectClasses.HeldOut.Count : WorldData.Classes;
        int classes = Math.Min(most, period);
        uint sample = 0;
        for (int kind = 0; kind < classes; kind++)
        {
            for (int individual = 0; individual < individuals; individual++)
            {
                // Spread over the list of classes, whose neighbours are alike.
                long number = (individual * (long)period) + (kind * period / classes);
                for (int view = 0; view < views; view++)
                {
                    var random = new WorldRandom(key, sample++);
                    var picture = data.Draw(world, world.Subject(split, number), split, size, ref random);
                    _images.Add(data.Show(picture, ref random));
                    _subjects.Add(number);
                    _classes.Add(kind);
                }
            }
        }
    }

    /// <summary>All of them; the vectors that the other methods take are theirs.</summary>
    internal IReadOnlyList<Image> Images => _images;

    /// <param name="vectors">One of length 1 for each picture.</param>
    internal Closeness Closeness(IReadOnlyList<float[]> vectors) => Nano.Closeness.Of(vectors, _subjects, _classes);

    /// <summary>Mean cosines of the pairs of pictures within each subject: what mining measures of a true cluster.</summary>
    internal Spread Clusters(IReadOnlyList<float[]> vectors) => Means(vectors, (subject, view) => (subject * _views) + view);

    /// <summary>The same of as many pictures of different subjects: clusters that mining is to refuse.</summary>
    internal Spread Mixtures(IReadOnlyList<float[]> vectors)
    {
        int subjects = vectors.Count / _views, apart = (subjects / _views) + 1;
        return Means(vectors, (subject, view) => ((subject + (view * apart)) % subjects * _views) + view);
    }

    Spread Means(IReadOnlyList<float[]> vectors, Func<int, int, int> member)
    {
        var means = new List<double>();
        for (int subject = 0; subject < vectors.Count / _views; subject++)
        {
            var group = Enumerable.Range(0, _views).Select(view => vectors[member(subject, view)]).ToList();
            means.Add(group.SelectMany((a, at) => group.Take(at).Select(b => Nano.Closeness.Cosine(a, b))).Average());
        }
        return Spread.Of(means);
    }
}
