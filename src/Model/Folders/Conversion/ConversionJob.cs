using SuTI.Engine;
using SuTI.Engine.IO;
using SuTI.Model.Vision;

namespace SuTI.Model.Folders.Conversion;

/// <summary>One conversion: what is written, in which type, and what there is to say about it.</summary>
sealed class ConversionJob(string source, string target, ConversionOptions options)
{
    readonly List<string> _notes = [];

    public string Source { get; } = source;

    public string Target { get; } = target;

    public ConversionOptions Options { get; } = options;

    public bool IsToFile { get; } = target.EndsWith(ModelConverter.Suffix, StringComparison.Ordinal);

    public int Tensors { get; private set; }

    public long Parameters { get; private set; }

    public long Bytes { get; private set; }

    public IReadOnlyList<string> Notes => _notes;

    /// <exception cref="SutiException">These names are asked for.</exception>
    public void Refuse(NameStyle names, string rule)
    {
        if (Options.Names == names)
            throw new SutiException(ModelConverter.Printable(Target), rule, "other names",
                names == NameStyle.Library ? "library" : "original");
    }

    public void Note(IEnumerable<string> notes) => _notes.AddRange(notes.Except(_notes));

    /// <summary>The tensors in the type that is asked for; counts them.</summary>
    public IReadOnlyList<SafetensorsTensor> Take(IWeightSource weights)
    {
        var tensors = WeightCopy.Tensors(weights, Options.Type);
        Tensors += tensors.Count;
        Parameters += weights.Entries.Sum(entry => entry.ElementCount);
        Bytes += tensors.Sum(tensor => tensor.ByteCount);
        Note(weights.Notes);
        return tensors;
    }

    /// <summary>A folder of several parts as a folder of the same parts.</summary>
    public string Pipeline(ModelFolder model)
    {
        var open = new List<IWeightSource>();
        try
        {
            var parts = new List<SavedPart>();
            foreach (var part in model.Parts)
            {
                // Built-in parts of a pipeline have no library; they are files to carry along like a tokenizer's.
                var saved = new SavedPart(part.Name, part.Library ?? "diffusers", part.ClassName);
                if (!part.IsNetwork)
                {
                    parts.Add(saved with { CopyOf = part.Folder });
                    continue;
                }
                open.Add(part.OpenWeights());
                var config = part.OpenConfig();
                var view = Options.Names == NameStyle.Library && NamedNetwork.Of(open[^1]) is { } network
                    ? network.View(open[^1], NameStyle.Library, config) : open[^1];
                parts.Add(saved with { Config = config, Weights = Take(view), WeightType = Options.Type });
            }
            Note(model.Notes);
            ModelFolderWriter.Save(Target, model.ClassName, parts, Options.ShardBytes, model.Index);
            return $"{model.ClassName} of {parts.Count} parts";
        }
        finally
        {
            open.ForEach(weights => weights.Dispose());
        }
    }

    /// <summary>A folder of one network.</summary>
    public string Part(ModelPart part)
    {
        using var weights = part.OpenWeights();
        return Weights(weights, part, part.ClassName);
    }

    /// <summary>The weights of one network, to a file or a folder.</summary>
    /// <param name="config">The part whose configuration goes with them; null if there is none.</param>
    /// <param name="name">What they are called; null to tell by their names.</param>
    public string Weights(IWeightSource weights, ModelPart? config, string? name)
    {
        var network = NamedNetwork.Of(weights);
        if (Options.Names != NameStyle.Keep && network is null)
            throw new SutiException(ModelConverter.Printable(weights.Path),
                "only networks with a map between the two kinds of names change them",
                "U-Net, autoencoder, CLIP, vision transformer", name ?? "other names");
        using var view = network is null ? weights : network.View(weights, Options.Names, config?.OpenConfig());
        var tensors = Take(view);
        if (IsToFile)
            SafetensorsWriter.Write(Target, tensors, new() { Metadata = Metadata(weights) });
        else
            Folder(config, tensors);
        return $"{name ?? network?.Kind.ToString() ?? "weights"}, "
            + (ReferenceEquals(view, weights) ? "names kept" : $"names of the {Options.Names.ToString().ToLowerInvariant()}");
    }

    void Folder(ModelPart? part, IReadOnlyList<SafetensorsTensor> tensors)
    {
        if (part is null)
        {
            ModelFolderWriter.Save(Target, null, [new("", "transformers", "") { Weights = tensors }],
                Options.ShardBytes);
            _notes.Add("there was no configuration to go with the weights");
            return;
        }
        Refuse(NameStyle.Original, "a network's folder has the library's names");
        var config = part.OpenConfig();
        string className = part.ClassName;
        // The arguments of DINO's own code say the same in other words.
        if (Options.Names == NameStyle.Library && config.Keys.Contains("embed_dim"))
            (config, className) = (VitConfig.Read(config).ToJson(), "ViTModel");
        ModelFolderWriter.Save(Target, null, [new("", part.Library!, className)
        {
            Config = config,
            Weights = tensors,
            WeightType = Options.Type,
        }], Options.ShardBytes);
    }

    static Dictionary<string, string> Metadata(IWeightSource source)
    {
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        foreach (var (key, value) in (source as SafetensorsCheckpoint)?.Metadata ?? metadata)
        {
            if (!key.StartsWith(SafetensorsDigest.KeyPrefix, StringComparison.Ordinal))
                metadata[key] = value;
        }
        return metadata;
    }
}
