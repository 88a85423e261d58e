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
/// (Khosla et al. 2020) takes the place of DINO's self-distillation (Caron et al. 2021), which would have to guess it, and a head
/// that guesses class, colour and pattern helps it to begin. The network and its use, cosines of class tokens, are DINO's.
/// </summary>
public sealed class DinoStage : IExportingStage
{
    // The name of heads in published checkpoints, which readers leave out.
    const string Head = "head";

    // Patches of pictures from -1 to 1 come out at about 0.4; positions of 0.02 beside them are not seen for many steps.
    const double FirstDeviation = 0.1;

    const int ProbedClasses = 16, ProbedIndividuals = 4, ProbedViews = 2;

    readonly DinoConfig _config;
    readonly VitModel _network;
    readonly SubjectWorld _world;
    readonly ImagePreprocessing _preprocessing;
    readonly AttributeHead _head;
    readonly BatchFeed<DinoSample[]> _feed;
    readonly Lazy<SubjectPictures> _subjects, _classes;

    /// <param name="accumulation">Micro-batches of a step.</param>
    public DinoStage(DinoConfig config, int accumulation = 1, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        Parameters = new(device);
        _network = new(Parameters.Root, config.Network, FirstDeviation);
        _head = new(Parameters.Root[Head], config.Network.Sizes.Width);
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
        var samples = _feed.Take(batch);
        var states = _network.Forward(_preprocessing.Apply([.. samples.Select(sample => sample.Image)], Parameters.Device));
        var features = states.Slice(1, 0, 1).Reshape(samples.Length, -1).L2Normalize();
        var identity = ContrastiveLosses.SameLabel(features, [.. samples.Select(sample => sample.Number)], _config.Scale);
        var attributes = _head.Loss(states, samples);
        return new(identity + (attributes * _config.Attributes))
        {
            Metrics = new Dictionary<string, Tensor> { ["identity_loss"] = identity, ["attribute_loss"] = attributes },
        };
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

    public void Export(string path) => NanoFolder.Save(path, "ViTModel", _config.Network.ToJson(), Parameters, Size, leftOut: Head);

    public void Dispose()
    {
        _feed.Dispose();
        Parameters.Dispose();
    }

    DinoSample[] Draw(MicroBatch batch)
    {
        var samples = new DinoSample[batch.Size];
        for (int i = 0; i < samples.Length; i++)
        {
            uint sample = batch.FirstSample + (uint)i, group = sample / (uint)_config.Views, block = group / (uint)_config.Peers;
            long number = Number(new(batch.Key("dino/class"), block), (int)(group % (uint)_config.Peers));
            var random = new WorldRandom(batch.Key("dino/picture"), sample);
            var subject = _world.Subject(WorldSplit.Train, number);
            var picture = _config.World.Draw(_world, subject, WorldSplit.Train, Size, ref random);
            samples[i] = DinoSample.Of(picture, _config.World.Show(picture, ref random), subject, number);
        }
        return samples;
    }

    // Neighbours in the list of individuals are as unlike as any, and never the same one twice.
    long Number(WorldRandom random, int peer)
    {
        int kind = random.Below(WorldData.Classes), first = random.Below(_config.World.Individuals);
        return (((first + peer) % _config.World.Individuals) * (long)WorldData.Classes) + kind;
    }
}
