using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Imaging;
using SuTI.Model.Training;
using SuTI.Model.Vision;
using SuTI.Model.World;

namespace SuTI.Model.Nano;

/// <summary>
/// Trains the judge of subject identity, the part of DINO in the evaluation: pictures of one subject in different scenes shall be
/// near, those of others far, above all of others of its class. The world knows which is which, so the supervised contrastive loss
/// (Khosla et al. 2020) takes the place of DINO's self-distillation (Caron et al. 2021), which would have to guess it; the network
/// and its use, cosines of class tokens, are DINO's.
/// </summary>
public sealed class DinoStage : IExportingStage
{
    const int ProbedClasses = 16, ProbedIndividuals = 4, ProbedViews = 2;

    readonly DinoConfig _config;
    readonly VitModel _network;
    readonly SubjectWorld _world;
    readonly ImagePreprocessing _preprocessing;
    readonly BatchFeed<(IReadOnlyList<Image> Images, IReadOnlyList<long> Labels)> _feed;
    readonly Lazy<SubjectPictures> _subjects, _classes;

    /// <param name="accumulation">Micro-batches of a step.</param>
    public DinoStage(DinoConfig config, int accumulation = 1, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        Parameters = new(device);
        _network = new(Parameters.Root, config.Network);
        _world = new(config.World.Seed);
        _preprocessing = NanoPictures.Preprocessing(Size);
        _feed = new(Draw, accumulation);
        _subjects = new(() => new(config.World, WorldSplit.Subjects, ProbedClasses, ProbedIndividuals, ProbedViews, Size));
        _classes = new(() => new(config.World, WorldSplit.Classes, ProbedClasses, ProbedIndividuals, ProbedViews, Size));
    }

    public string Name => "dino";

    public ParameterStore Parameters { get; }

    int Size => _config.Network.ImageSize;

    public StageLoss Loss(MicroBatch batch)
    {
        var (images, labels) = _feed.Take(batch);
        var features = _network.Feature(_preprocessing.Apply(images, Parameters.Device)).L2Normalize();
        return new(ContrastiveLosses.SameLabel(features, labels, _config.Scale));
    }

    /// <summary>Of subjects and classes that are not learnt from: see <see cref="Closeness"/>.</summary>
    public IReadOnlyDictionary<string, double> Probe(int step)
    {
        var metrics = new Dictionary<string, double>();
        foreach (var (name, pictures) in ((string, SubjectPictures)[])[("subjects", _subjects.Value), ("classes", _classes.Value)])
        {
            var found = pictures.Closeness(NanoPictures.Embed(pictures.Images, Size, Parameters.Device, _network.Feature));
            metrics.Add($"probe/{name}_nearest_error", found.NearestError);
            metrics.Add($"probe/{name}_class_error", found.ClassError);
            metrics.Add($"probe/{name}_same", found.Same.Mean);
            metrics.Add($"probe/{name}_same_low", found.Same.Low);
            metrics.Add($"probe/{name}_class", found.Class.Mean);
            metrics.Add($"probe/{name}_class_high", found.Class.High);
            metrics.Add($"probe/{name}_other", found.Other.Mean);
        }
        return metrics;
    }

    public void Export(string path) => NanoFolder.Save(path, "ViTModel", _config.Network.ToJson(), Parameters, Size);

    public void Dispose()
    {
        _feed.Dispose();
        Parameters.Dispose();
    }

    (IReadOnlyList<Image> Images, IReadOnlyList<long> Labels) Draw(MicroBatch batch)
    {
        var images = new Image[batch.Size];
        long[] labels = new long[batch.Size];
        for (int i = 0; i < images.Length; i++)
        {
            uint sample = batch.FirstSample + (uint)i, subject = sample / (uint)_config.Views, block = subject / (uint)_config.Peers;
            labels[i] = Number(new(batch.Key("dino/class"), block), (int)(subject % (uint)_config.Peers));
            var random = new WorldRandom(batch.Key("dino/picture"), sample);
            var picture = _config.World.Draw(_world, _world.Subject(WorldSplit.Train, labels[i]), WorldSplit.Train, Size, ref random);
            images[i] = _config.World.Show(picture, ref random);
        }
        return (images, labels);
    }

    // Neighbours in the list of individuals are as unlike as any, and never the same one twice.
    long Number(WorldRandom random, int peer)
    {
        int kind = random.Below(WorldData.Classes), first = random.Below(_config.World.Individuals);
        return (((first + peer) % _config.World.Individuals) * (long)WorldData.Classes) + kind;
    }
}
