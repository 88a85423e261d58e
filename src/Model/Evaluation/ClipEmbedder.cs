using SuTI.Engine;
using SuTI.Engine.Layers;
using SuTI.Model.Folders;
using SuTI.Model.Generation;
using SuTI.Model.Imaging;
using SuTI.Model.Text;
using SuTI.Model.Vision;

namespace SuTI.Model.Evaluation;

/// <summary>A published CLIP: its folder holds config.json, weights, preprocessor_config.json and a tokenizer.</summary>
public sealed class ClipEmbedder : IImageEmbedder, ITextEmbedder, IDisposable
{
    readonly ParameterStore _weights;
    readonly ClipModel _model;
    readonly ITokenizer _tokenizer;
    readonly ImagePreprocessing _preprocessing;
    readonly int _textLength;
    readonly EmbedderOptions _options;

    ClipEmbedder(ModelFolder folder, EmbedderOptions options)
    {
        _options = options;
        var part = folder.Parts[0];
        if (folder.ClassName != "CLIPModel")
            throw new SutiException(CheckpointException.Printable(folder.Path, 1000), "is no CLIP", "CLIPModel", CheckpointException.Printable(folder.ClassName));
        _tokenizer = Tokenizers.Open(folder.Path);
        _preprocessing = PreprocessorConfig.Read(JsonConfig.Open(Path.Combine(folder.Path, "preprocessor_config.json")));
        var config = ClipConfig.Read(part.OpenConfig());
        int side = config.Vision.ImageSize;
        if (_preprocessing.Frame != new PictureSize(side, side))
            throw new SutiException(CheckpointException.Printable(folder.Path, 1000), "pictures are prepared in another size than the network takes",
                $"{side}x{side}", _preprocessing.Frame?.ToString() ?? "no fixed size");
        if (_tokenizer.VocabularySize > config.Text.Vocabulary)
            throw new SutiException(CheckpointException.Printable(folder.Path, 1000), "the tokenizer has more tokens than the network",
                $"at most {config.Text.Vocabulary}", $"{_tokenizer.VocabularySize}");
        _textLength = Math.Min(_tokenizer.MaxLength, config.Text.Positions);
        Width = config.ProjectionWidth;
        Digest = ModelDigest.Compute(folder);
        _weights = new(options.Device);
        try
        {
            _model = new(_weights.Root, config);
            using var source = part.OpenWeights();
            _weights.Load(source, new() { Rename = ClipModel.ParameterPath });
        }
        catch
        {
            _weights.Dispose();
            throw;
        }
    }

    public string Digest { get; }

    public int Width { get; }

    /// <exception cref="SutiException">No such folder, no CLIP, or a part of it is missing, broken or does not fit the others.</exception>
    public static ClipEmbedder Open(string folder, EmbedderOptions? options = null) => new(ModelFolder.Open(folder), options ?? new());

    public Image Prepare(Image image) => _preprocessing.Place(image);

    public float[][] EmbedPrepared(IReadOnlyList<Image> prepared)
        => EmbeddingBatches.Run(prepared, _options.Batch, Width, batch => _model.EmbedImages(_preprocessing.ToTensor(batch, _options.Device).Cast(_options.Precision)));

    public float[][] EmbedTexts(IReadOnlyList<string> texts)
        => EmbeddingBatches.Run(texts, _options.Batch, Width, batch
            => _model.EmbedTexts(_tokenizer.EncodeBatch(batch, _textLength, _options.Device).Ids, dtype: _options.Precision));

    public void Dispose() => _weights.Dispose();
}
