using SuTI.Model.Training;
using SuTI.Model.Transformers;
using SuTI.Model.Vision;

namespace SuTI.Model.Nano;

/// <summary>The judge of subject identity: its network, and what a batch of its training holds.</summary>
/// <param name="Views">Pictures of a subject in a batch.</param>
/// <param name="Peers">Subjects of one class beside each other in a batch: those that are hard to tell apart.</param>
/// <param name="Scale">What cosines are multiplied by in the loss.</param>
public sealed record DinoConfig(VitConfig Network, WorldData World, int Views = 2, int Peers = 4, double Scale = 16)
{
    /// <param name="samples">Of a micro-batch.</param>
    public static DinoConfig Read(StageConfig config, int samples)
    {
        ArgumentNullException.ThrowIfNull(config);
        var model = config.Section("model");
        var (image, patch) = NanoTower.ReadSides(model);
        var sizes = NanoTower.Read(model, width: 160, layers: 5, heads: 5, Activation.Gelu, isCausal: false);
        var loss = config.Section("loss");
        var read = new DinoConfig(new(sizes, image, patch), WorldData.Read(config.Section("world")),
            loss.Whole("views", 2, "Pictures of a subject in a batch.", 2, 64),
            loss.Whole("peers", 4, "Subjects of one class in a batch.", 1, 1024),
            loss.Number("scale", 16, "What cosines are multiplied by: the inverse of the temperature.", 1, 100));
        if (read.World.Individuals < read.Peers)
            throw loss.Unsupported("peers", $"at most world.individuals {read.World.Individuals}", $"{read.Peers}");
        return samples % (read.Views * read.Peers) == 0 ? read
            : throw loss.Unsupported("views", $"views times peers divides training.batch_size {samples}", $"{read.Views} times {read.Peers}");
    }
}
