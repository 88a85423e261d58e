using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Imaging;
using SuTI.Model.Text;
using SuTI.Model.Training;
using SuTI.Model.Vision;
using SuTI.Model.World;

namespace SuTI.Model.Nano;

/// <summary>
/// Trains a small CLIP on the drawn world: pictures and their captions find each other within a batch, by cosines under a learnt
/// temperature (Radford et al. 2021, section 2.3). Several pictures of one subject stand beside each other, so that scenes must be told
/// apart as well as subjects; texts that describe another's picture too are not set against it.
/// </summary>
public sealed class ClipStage : IExportingStage
{
    // CLIP's bound: cosines are never multiplied by more than 100.
    static readonly double s_largestLogScale = Math.Log(100);

    readonly NanoClipConfig _config;
    readonly ITokenizer _tokenizer;
    readonly ClipModel _network;
    readonly SubjectWorld _world;
    readonly ImagePreprocessing _preprocessing;
    readonly BatchFeed<ClipPair[]> _feed;
    readonly Lazy<ClipProbe> _probe;

    /// <param name="tokenizer">That the configuration was read with.</param>
    /// <param name="accumulation">Micro-batches of a step.</param>
    public ClipStage(NanoClipConfig config, ITokenizer tokenizer, int accumulation = 1, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_config, _tokenizer) = (config, tokenizer);
        Parameters = new(device);
        _network = new(Parameters.Root, config.Network);
        _world = new(config.World.Seed);
        _preprocessing = NanoPictures.Preprocessing(Size);
        _feed = new(Draw, accumulation);
        _probe = new(() => new(config.World, Size));
    }

    public string Name => "clip";

    public ParameterStore Parameters { get; }

    int Size => _config.Network.Vision.ImageSize;

    public StageLoss Loss(MicroBatch batch)
    {
        var pairs = _feed.Take(batch);
        var images = _preprocessing.Apply([.. pairs.Select(pair => pair.Image)], Parameters.Device);
        var result = _network.Forward(Ids([.. pairs.Select(pair => pair.Text)]), images);
        var loss = ContrastiveLosses.Pairs(result.LogitsPerText, (i, j) => pairs[i].Describes(pairs[j]));
        if (_config.SameSubject > 0)
        {
            var like = ContrastiveLosses.SameLabel(result.ImageEmbeddings, [.. pairs.Select(pair => pair.Group)], NanoClipConfig.SameSubjectScale);
            return new(loss + (like * _config.SameSubject)) { Metrics = new Dictionary<string, Tensor> { ["text_loss"] = loss, ["subject_loss"] = like } };
        }
        return new(loss);
    }

    public void AfterStep(int step)
    {
        using var scope = TensorScope.Open("temperature");
        using var noGradient = GradientMode.Disable();
        var scale = Parameters["logit_scale"];
        scale.Set(scale.Value.Clamp(0, s_largestLogScale));
    }

    /// <summary>How well texts and pictures that are not learnt from find each other: see <see cref="ClipProbe"/>.</summary>
    public IReadOnlyDictionary<string, double> Probe(int step) => _probe.Value.Run(
        images => NanoPictures.Embed(images, Size, Parameters.Device, _network.EmbedImages),
        texts => [.. texts.Chunk(64).SelectMany(Embed)], Parameters["logit_scale"].Value.Exp().Item());

    public void Export(string path)
        => NanoFolder.Save(path, "CLIPModel", _config.Network.ToJson(), Parameters, Size, folder => NanoTokenizer.Save(folder));

    public void Dispose()
    {
        _feed.Dispose();
        Parameters.Dispose();
    }

    List<float[]> Embed(IReadOnlyList<string> texts)
    {
        using var scope = TensorScope.Open("embed texts");
        return [.. NanoPictures.Rows(_network.EmbedTexts(Ids(texts)))];
    }

    // No column beyond the longest text: the state of a text's end depends on nothing behind it.
    Tensor Ids(IReadOnlyList<string> texts)
        => _tokenizer.EncodeBatch(texts, texts.Max(text => _tokenizer.Encode(text).Tokens.Count), Parameters.Device).Ids;

    ClipPair[] Draw(MicroBatch batch)
    {
        var pairs = new ClipPair[batch.Size];
        for (int i = 0; i < pairs.Length; i++)
        {
            uint sample = batch.FirstSample + (uint)i, group = sample / (uint)_config.Views;
            var shared = new WorldRandom(batch.Key("clip/subject"), group);
            bool isEmpty = shared.Chance(_config.EmptyShare);
            long number = shared.Below(WorldData.Classes * _config.World.Individuals);
            var random = new WorldRandom(batch.Key("clip/picture"), sample);
            var subject = isEmpty ? null : _world.Subject(WorldSplit.Train, number);
            var picture = _config.World.Draw(_world, subject, WorldSplit.Train, Size, ref random);
            var image = _config.World.Show(picture, ref random);
            var detail = CaptionVariation.Detail(picture, ref random);
            string[] said = [.. Enum.GetValues<CaptionDetail>().Select(each => CaptionVariation.Plain(picture, each))];
            pairs[i] = new(image, said, detail, CaptionVariation.Vary(said[(int)detail], picture, ref random), group);
        }
        return pairs;
    }
}
