using SuTI.Engine;
using SuTI.Engine.IO;

namespace SuTI.Model.Folders;

/// <summary>
/// One part of a published model: a network with its configuration and weights, a tokenizer, a schedule.
/// </summary>
public sealed class ModelPart
{
    readonly string? _variant;

    internal ModelPart(string name, string? library, string className, string folder, string? variant)
    {
        Name = name;
        Library = library;
        ClassName = className;
        Folder = folder;
        _variant = variant;
        ConfigFile = s_configs.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
        // Networks, and they alone, are configured by this name.
        IsNetwork = ConfigFile is not null && Path.GetFileName(ConfigFile) == s_configs[0];
    }

    /// <summary>As in <c>unet</c>; empty where the folder is the part.</summary>
    public string Name { get; }

    /// <summary>That the class is of: diffusers, transformers; null where the folder does not say.</summary>
    public string? Library { get; }

    /// <summary>As in <c>UNet2DConditionModel</c>.</summary>
    public string ClassName { get; }

    public string Folder { get; }

    /// <summary>Null if there is none.</summary>
    public string? ConfigFile { get; }

    /// <summary>Whether it has weights.</summary>
    public bool IsNetwork { get; }

    static readonly string[] s_configs = ["config.json", "scheduler_config.json", "tokenizer_config.json",
        "preprocessor_config.json"];

    /// <exception cref="SutiException">There is no configuration, or it cannot be read.</exception>
    public JsonConfig OpenConfig()
        => JsonConfig.Open(ConfigFile ?? throw new SutiException(CheckpointException.Printable(Folder, 1000),
            "a part must have a configuration", string.Join(", ", s_configs), "none"));

    /// <exception cref="CheckpointException">There are no weights, several, or broken ones.</exception>
    public IWeightSource OpenWeights(bool verifyDigests = false)
        => WeightFiles.Open(Folder, new() { Variant = _variant, VerifyDigests = verifyDigests });

    /// <summary>What the weights are; reads their headers.</summary>
    /// <exception cref="CheckpointException">As for <see cref="OpenWeights"/>.</exception>
    public WeightSummary Summarize()
    {
        using var weights = OpenWeights();
        return WeightSummary.Of(weights);
    }

    public override string ToString() => Name.Length == 0 ? ClassName : $"{Name} ({ClassName})";
}
