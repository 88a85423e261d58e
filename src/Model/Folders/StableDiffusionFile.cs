using System.Text;
using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Folders.KeyMaps;

namespace SuTI.Model.Folders;

/// <summary>What the tensors of a Stable Diffusion file do not tell.</summary>
public enum FilePrediction
{
    Epsilon,
    Velocity,
}

/// <summary>
/// Stable Diffusion in one file, as its authors published it: which version it is, told by the tensors, and its parts
/// under the names of diffusers and transformers. Nothing is read but shapes until a part is.
/// </summary>
/// <remarks>
/// Version 1 reads a text of width 768 and projects by convolutions; version 2 reads 1024 and projects by matrices.
/// What the network predicts leaves no trace in the shapes: the 768-pixel models of version 2 predict the velocity, the
/// others the noise, and the caller says which. Averaged weights (<c>model_ema.</c>) are left out.
/// </remarks>
public sealed class StableDiffusionFile : IDisposable
{
    internal const string UnetPrefix = "model.diffusion_model.", AutoencoderPrefix = "first_stage_model.",
        FirstText = TextPrefix + "transformer.", SecondText = TextPrefix + "model.";
    const string TextPrefix = "cond_stage_model.", AveragePrefix = "model_ema.";

    readonly IWeightSource _source;
    readonly List<string> _notes;

    StableDiffusionFile(IWeightSource source, bool isSecond)
    {
        _source = source;
        IsSecond = isSecond;
        _notes = [.. source.Notes];
    }

    /// <summary>Whether it is of version 2.</summary>
    public bool IsSecond { get; }

    /// <summary>Width of the text that the U-Net reads.</summary>
    public long ContextWidth { get; private init; }

    /// <summary>4, or 9 for painting into masked pictures.</summary>
    public long InChannels { get; private init; }

    /// <summary>What was left out, one clause each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>
    /// The configuration of a part, if the file was converted from a folder here: in the metadata, where other readers
    /// do not mind it.
    /// </summary>
    /// <param name="part">unet, vae, text_encoder or scheduler.</param>
    /// <exception cref="SutiException">It is no configuration.</exception>
    public JsonConfig? Config(string part) => (_source as SafetensorsCheckpoint)?.Metadata
        .GetValueOrDefault(ConfigKey(part)) is { } json
            ? JsonConfig.Parse(Encoding.UTF8.GetBytes(json), $"{_source.Path}, {ConfigKey(part)}") : null;

    internal static string ConfigKey(string part) => $"suti.{part}.config";

    // The whole tower has a projection; one that was cut to what is used, as every diffusers folder's is, has none.
    bool HasUnusedLayer => _source.Find(SecondText + "text_projection") is not null
        || _source.Find(SecondText + "transformer.resblocks.23.ln_1.weight") is not null;

    /// <summary>Whether the names are those of such a file.</summary>
    public static bool Looks(IWeightSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Find(UnetPrefix + "input_blocks.0.0.weight") is not null;
    }

    /// <param name="file">A safetensors file or one of PyTorch.</param>
    /// <exception cref="SutiException">No such file, or a version that is not known.</exception>
    public static StableDiffusionFile Open(string file)
    {
        var source = WeightFiles.Open(file);
        try
        {
            return Of(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The U-Net under the names of UNet2DConditionModel. It belongs to this file.</summary>
    /// <exception cref="SutiException">Names that are not known.</exception>
    public IWeightSource Unet() => WeightView.Of(_source, OriginalUnet.Plan(_source, UnetPrefix));

    /// <summary>The autoencoder under the names of AutoencoderKL.</summary>
    /// <inheritdoc cref="Unet" path="/exception"/>
    public IWeightSource Autoencoder() => WeightView.Of(_source, OriginalAutoencoder.Plan(_source, AutoencoderPrefix));

    /// <summary>
    /// The text tower under the names of CLIPTextModel; of version 2 without the last of its 24 layers, if it is there.
    /// </summary>
    /// <inheritdoc cref="Unet" path="/exception"/>
    public IWeightSource TextEncoder() => IsSecond
        ? WeightView.Of(_source, OriginalClip.PlanText(_source, SecondText, dropLayers: HasUnusedLayer ? 1 : 0))
        : WeightView.Of(_source, _source.Entries
            .Where(entry => entry.Name.StartsWith(FirstText, StringComparison.Ordinal)
                && !entry.Name.EndsWith(".position_ids", StringComparison.Ordinal))
            .Select(entry => new TensorPlan(entry.Name[FirstText.Length..], entry.Name)));

    public void Dispose() => _source.Dispose();

    /// <summary>Takes the source over; it is disposed of with the file.</summary>
    internal static StableDiffusionFile Of(IWeightSource source)
    {
        const string Key = UnetPrefix + "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight",
            Projection = UnetPrefix + "input_blocks.1.1.proj_in.weight";
        if (!Looks(source))
            throw new CheckpointException(Path.GetFullPath(source.Path),
                "the file must be Stable Diffusion in its authors' layout",
                UnetPrefix + "input_blocks.0.0.weight", "no such tensor");
        if (source.Find(Key) is not { Shape: [_, var width] } || source.Find(Projection) is not { } projection)
            throw Unknown(source, "no attention over a text on the first level, as SDXL has none");
        bool isSecond = projection.Shape.Length == 2, hasSecondText = Any(source, SecondText),
            hasFirstText = Any(source, FirstText);
        if (isSecond ? !hasSecondText : !hasFirstText)
            throw Unknown(source,
                $"projections by {(isSecond ? "matrices" : "convolutions")} without the text tower that goes with them");
        var file = new StableDiffusionFile(source, isSecond)
        {
            ContextWidth = width,
            InChannels = source.Find(UnetPrefix + "input_blocks.0.0.weight")!.Shape is [_, var channels, ..] ? channels
                : 0,
        };
        file.Note();
        return file;
    }

    void Note()
    {
        int averaged = _source.Entries.Count(entry => entry.Name.StartsWith(AveragePrefix, StringComparison.Ordinal));
        if (averaged > 0)
            _notes.Add($"left out {averaged} averaged weights ({AveragePrefix}*)");
        string[] known = [UnetPrefix, AutoencoderPrefix, TextPrefix, AveragePrefix];
        int others = _source.Entries.Count(entry => !known.Any(prefix => entry.Name.StartsWith(prefix,
            StringComparison.Ordinal)));
        if (others > 0)
            _notes.Add($"left out {others} tensors of no part, such as the noise schedule's");
        if (IsSecond && HasUnusedLayer)
            _notes.Add("left out the last layer of the text tower, which the model was trained without");
    }

    static bool Any(IWeightSource source, string prefix)
        => source.Entries.Any(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal));

    static CheckpointException Unknown(IWeightSource source, string found) => new(Path.GetFullPath(source.Path),
        "the version of Stable Diffusion must be known", "1.x or 2.x", found);
}
