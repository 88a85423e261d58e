namespace SuTI.Engine.IO;

/// <summary>
/// A dict of a pickle: its entries in order. Keys are not hashed, so that no file can choose bad ones.
/// </summary>
sealed class PickleDict
{
    public List<(object? Key, object? Value)> Entries { get; } = [];

    /// <summary>The last value under a text key; null if there is none.</summary>
    public object? this[string key]
    {
        get
        {
            int at = Entries.FindLastIndex(entry => entry.Key is string text && text == key);
            return at < 0 ? null : Entries[at].Value;
        }
    }
}

sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

sealed record PickleTuple(object?[] Items);

/// <summary>The name of a class or function. Nothing in this room resolves one.</summary>
sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>What a call of the pickle would have made; nothing was called.</summary>
/// <param name="Origin">The function's or class's name.</param>
sealed record PickleForeign(string Origin);

/// <summary>Where a storage's elements lie.</summary>
sealed class TorchStorage(string key, SafetensorsType type, long elements)
{
    public string Key { get; } = key;

    public SafetensorsType Type { get; } = type;

    public long Elements { get; } = elements;

    public long Bytes => Elements * Type.ElementBytes();

    /// <summary>Of the first byte in the file; known when the file's directory has been read.</summary>
    public long Position { get; set; } = -1;
}

/// <summary>A tensor: a view of a storage.</summary>
sealed record TorchTensor(TorchStorage Storage, StridedView View, SafetensorsType Type);
