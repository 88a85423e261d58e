namespace SuTI.Engine.Layers;

/// <summary>How a checkpoint is matched with a store.</summary>
public sealed record CheckpointLoadOptions
{
    /// <summary>
    /// The scope that the file's names lie under: with "unet", the file's conv_in.weight is unet.conv_in.weight of the
    /// store.
    /// </summary>
    public string Under { get; init; } = "";

    /// <summary>Whether parameters may keep their values because the file has none.</summary>
    public bool AllowMissing { get; init; }

    /// <summary>Whether the file may hold tensors that no parameter takes.</summary>
    public bool AllowUnused { get; init; }

    /// <summary>
    /// From a name of the file to a path of the store below <see cref="Under"/>; null leaves the tensor out.
    /// </summary>
    public Func<string, string?>? Rename { get; init; }

    /// <summary>Whether digests that the file records are checked.</summary>
    public bool VerifyDigests { get; init; }
}

/// <summary>How a store is written.</summary>
public sealed record CheckpointSaveOptions
{
    /// <summary>The scope to write, by names relative to it; by default everything.</summary>
    public string Under { get; init; } = "";

    /// <summary>The element type in the file; by default that of the store.</summary>
    public DType? DType { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether to record a digest of every tensor.</summary>
    public bool RecordDigests { get; init; }
}
