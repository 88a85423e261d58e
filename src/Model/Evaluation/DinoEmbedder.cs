using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Folders.Inspection;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;
using SuTI.Model.Vision;

namespace SuTI.Model.Evaluation;

/// <summary>
/// A published DINO: its class token's feature, of pictures prepared as its authors do it (the shorter side 8/7 of the frame,
/// the middle cut out, ImageNet's mean and deviation), whatever a preprocessor_config.json says.
/// </summary>
public sealed class DinoEmbedder : IImageEmbedder, IDisposable
{
    readonly ParameterStore _weights;
    readonly VitModel _model;
    readonly ImagePreprocessing _preprocessing;
    readonly EmbedderOptions _options;

    DinoEmbedder(ModelFolder folder, EmbedderOptions options)
    {
        _options = options;
        var part = folder.Parts[0];
        if (folder.ClassName is not ("ViTModel" or "dino_vision_transformer"))
            throw new SutiException(CheckpointException.Printable(folder.Path, 1000), "is no DINO", "ViTModel or dino_vision_transformer",
                CheckpointException.Printable(folder.ClassName));
        var config = VitConfig.Read(part.OpenConfig());
        _preprocessing = ImagePreprocessing.Dino(config.ImageSize * 8 / 7, config.ImageSize);
        Width = config.Sizes.Width;
        Digest = ModelDigest.Compute(folder);
        _weights = new(options.Device);
        try
        {
            _model = new(_weights.Root, config);
            using var source = part.OpenWeights();
            _weights.Load(KnownNetworks.InLibraryNames(source, part), new() { Rename = VitModel.ParameterPath });
        }
        catch
        {
            _weights.Dispose();
            throw;
        }
    }

    public string Digest { get; }

    public int Width { get; }

    /// <exception cref="SutiException">No such folder, no DINO, or a part of it is missing or broken.</exception>
    public static DinoEmbedder Open(string folder, EmbedderOptions? options = null) => new(ModelFolder.Open(folder), options ?? new());

    public Image Prepare(Image image) => _preprocessing.Place(image);

    public float[][] EmbedPrepared(IReadOnlyList<Image> prepared)
        => EmbeddingBatches.Run(prepared, _options.Batch, Width, batch => _model.Feature(_preprocessing.ToTensor(batch, _options.Device).Cast(_options.Precision)).Cast(DType.Float32).L2Normalize());

    public void Dispose() => _weights.Dispose();
}
