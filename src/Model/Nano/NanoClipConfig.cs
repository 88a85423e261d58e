using SuTI.Model.Text;
using SuTI.Model.Training;
using SuTI.Model.Transformers;
using SuTI.Model.Vision;

namespace SuTI.Model.Nano;

/// <summary>The small CLIP, and what a batch of its training holds.</summary>
/// <param name="Views">Pictures of one subject beside each other in a batch: texts then must tell scenes apart.</param>
/// <param name="SameSubject">Weight of a second loss that draws pictures of one subject together; 0 for none.</param>
/// <param name="EmptyShare">Share of groups that show scenes without a subject.</param>
public sealed record NanoClipConfig(ClipConfig Network, WorldData World, int Views = 2, double SameSubject = 0,
    double EmptyShare = 0.03)
{
    /// <summary>What cosines of pictures are multiplied by in that second loss.</summary>
    public const double SameSubjectScale = 16;

    /// <param name="tokenizer">Whose vocabulary the text tower has.</param>
    /// <param name="samples">Of a micro-batch.</param>
    public static NanoClipConfig Read(StageConfig config, ITokenizer tokenizer, int samples)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tokenizer);
        StageConfig model = config.Section("model"), vision = model.Section("vision"), text = model.Section("text"),
            loss = config.Section("loss");
        int width = model.Whole("projection", 128, "Width of the space that texts and pictures share.", 1, 4096);
        var (image, patch) = NanoTower.ReadSides(vision);
        var seen = NanoTower.Read(vision, width: 160, layers: 5, heads: 5, Activation.QuickGelu, isCausal: false);
        var said = NanoTower.Read(text, width: 160, layers: 3, heads: 5, Activation.QuickGelu, isCausal: true);
        var network = new ClipConfig(
            new(said, tokenizer.VocabularySize, tokenizer.MaxLength, tokenizer.EndId, width), new(seen, image, patch, 3, width), width);
        var read = new NanoClipConfig(network, WorldData.Read(config.Section("world")),
            loss.Whole("views", 2, "Pictures of one subject in a batch.", 1, 64),
            loss.Number("same_subject", 0, "Weight of the loss that draws pictures of one subject together.", 0, 10),
            loss.Number("empty_share", 0.03, "Share of groups that show scenes without a subject.", 0, 1));
        if (read is { SameSubject: > 0, Views: 1 })
            throw loss.Unsupported("same_subject", "0 where there is one view of a subject", $"{read.SameSubject}");
        return samples % read.Views == 0 ? read
            : throw loss.Unsupported("views", $"a divisor of training.batch_size {samples}", $"{read.Views}");
    }
}
