using SuTI.Engine;
using SuTI.Model.Evaluation;
using SuTI.Model.Imaging;
using SuTI.Model.Subjects.Catalogue;

namespace SuTI.Model.Subjects.Filtering;

/// <summary>The pictures of a run as embeddings. An output that is not there, or not the one that was noted, is counted and left out.</summary>
public sealed class RunPictures(RunCatalogue run, EmbeddingCache cache)
{
    static readonly ImageLimits s_limits = new() { FileBytes = 64 << 20, Pixels = 1 << 24, Side = 16384 };

    /// <summary>Outputs that cannot be read.</summary>
    public long Missing { get; private set; }

    /// <summary>Outputs whose file is another than the catalogue says.</summary>
    public long Changed { get; private set; }

    /// <summary>One vector for each of the cluster's own pictures.</summary>
    /// <exception cref="SutiException">One of them has to be read and is not there, or not the one that was mined.</exception>
    public float[][] Own(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return cache.Images([.. cluster.Images.Select(image => (image.PixelDigest, new Func<Image>(() => Read(image))))]);
    }

    /// <summary>The outputs that are there, with their vectors.</summary>
    public IReadOnlyList<(ExpertOutput Output, float[] Embedding)> Outputs(IReadOnlyList<ExpertOutput> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        var found = new List<(ExpertOutput Output, string Digest, Image Prepared)>();
        foreach (var output in outputs)
        {
            try
            {
                string path = run.PathOf(output.Path);
                if (FileDigest.Of(path) != output.FileDigest)
                {
                    Changed++;
                    continue;
                }
                var image = ImageFile.Read(path, s_limits);
                found.Add((output, PixelDigest.Of(image), cache.Prepare(image)));
            }
            catch (SutiException)
            {
                Missing++;
            }
        }
        float[][] vectors = cache.Images([.. found.Select(picture => (picture.Digest, new Func<Image>(() => picture.Prepared)))]);
        return [.. found.Select((picture, i) => (picture.Output, vectors[i]))];
    }

    /// <summary>One vector for each text.</summary>
    public float[][] Texts(IReadOnlyList<string> texts) => cache.Texts(texts);

    Image Read(ClusterImage image)
    {
        string path = run.PathOf(image.Path);
        return FileDigest.Of(path) == image.FileDigest ? cache.Prepare(ImageFile.Read(path, s_limits))
            : throw new SutiException(CheckpointException.Printable(path, 1000), "a picture of a cluster was changed", image.FileDigest, FileDigest.Of(path));
    }
}
