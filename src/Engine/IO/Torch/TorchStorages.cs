namespace SuTI.Engine.IO;

/// <summary>Reads the ids by which pickles refer to storages: ('storage', class, key, device, elements, …).</summary>
static class TorchStorages
{
    /// <exception cref="CheckpointException">
    /// No such id, an unknown class, or a storage that was something else before.
    /// </exception>
    public static TorchStorage Of(PickleTuple id, Dictionary<string, TorchStorage> known, string path)
    {
        if (id.Items is not ["storage", PickleGlobal kind, string key, string, long elements, ..] || elements < 0)
            throw new CheckpointException(path, "a pickle refers to storages alone",
                "('storage', class, key, device, elements)", "another id");
        if (TorchTypes.OfStorage(kind) is not { } type)
            throw new CheckpointException(path, "a storage must be of a known type", null,
                CheckpointException.Printable(kind.ToString()));
        // Before 0.4 storages could be parts of others.
        if (id.Items.Length > 5 && id.Items[5] is not null)
            throw new CheckpointException(path,
                "a storage that is part of another cannot be read: save the weights again");
        if (!SafetensorsTypes.TryCount(type, [elements], out _, out _))
            throw new CheckpointException(path, "a storage's bytes must be countable", null, $"{elements} elements");
        if (!known.TryGetValue(key, out var storage))
            known.Add(key, storage = new(key, type, elements));
        else if (storage.Type != type || storage.Elements != elements)
            throw new CheckpointException(path, "a storage must be the same everywhere",
                $"{storage.Elements} {storage.Type}", $"{elements} {type}");
        return storage;
    }
}
