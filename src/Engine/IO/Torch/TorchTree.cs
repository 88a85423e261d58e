using System.Globalization;

namespace SuTI.Engine.IO;

/// <summary>Finds the tensors in what a pickle made: by the keys that lead to them, joined by points.</summary>
static class TorchTree
{
    const int MaxDepth = 32;
    const int MaxVisits = PickleMachine.MaxSteps;
    const int MaxTensors = 16 * SafetensorsLimits.Tensors;
    const int MaxName = SafetensorsLimits.NameBytes;

    /// <exception cref="CheckpointException">Nested too deeply (as a cycle is), too large, or a name twice.</exception>
    public static Dictionary<string, TorchTensor> Tensors(object? root, string path)
    {
        var found = new Dictionary<string, TorchTensor>(StringComparer.Ordinal);
        var pending = new Stack<(object? Value, string Name, int Depth)>();
        pending.Push((root, "", 0));
        for (int visits = 0; pending.TryPop(out var place); visits++)
        {
            if (visits + pending.Count > MaxVisits || found.Count > MaxTensors)
                throw new CheckpointException(path, "a pickle has a limit",
                    $"{MaxVisits} values, {MaxTensors} tensors", "more");
            if (place.Depth > MaxDepth)
                throw new CheckpointException(path, "values must not be nested too deeply, nor in a cycle",
                    $"{MaxDepth} levels", $"more at '{CheckpointException.Printable(place.Name)}'");
            switch (place.Value)
            {
                case TorchTensor tensor:
                    if (!found.TryAdd(place.Name, tensor))
                        throw new CheckpointException(path, "names of tensors must differ", null,
                            $"'{CheckpointException.Printable(place.Name)}' twice");
                    break;
                case PickleDict dict:
                    // Later entries of a key replace earlier ones, as they do in Python.
                    var last = new Dictionary<string, object?>(StringComparer.Ordinal);
                    foreach (var (key, value) in dict.Entries)
                    {
                        if (Key(key) is { } name)
                            last[name] = value;
                    }
                    foreach (var (name, value) in last)
                        Push(value, name, place);
                    break;
                case PickleList list:
                    Items(list.Items, place);
                    break;
                case PickleTuple tuple:
                    Items(tuple.Items, place);
                    break;
            }
        }
        return found;

        void Items(IReadOnlyList<object?> items, (object? Value, string Name, int Depth) place)
        {
            for (int i = 0; i < items.Count && pending.Count < MaxVisits; i++)
                Push(items[i], i.ToString(CultureInfo.InvariantCulture), place);
        }

        void Push(object? value, string key, (object? Value, string Name, int Depth) place)
        {
            if (value is not (TorchTensor or PickleDict or PickleList or PickleTuple))
                return;
            string name = place.Name.Length == 0 ? key : $"{place.Name}.{key}";
            if (name.Length > MaxName)
                throw new CheckpointException(path, "the name of a tensor has a limit", $"{MaxName} characters",
                    $"'{CheckpointException.Printable(name)}'");
            pending.Push((value, name, place.Depth + 1));
        }
    }

    static string? Key(object? key) => key switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
