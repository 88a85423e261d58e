using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SuTI.Engine.IO;

/// <summary>Reads what PyTorch 1.6 and later save: an archive of one pickle and a file for each storage.</summary>
static class TorchZip
{
    const string Pickle = "data.pkl";

    public static TorchContent Read(SafeFileHandle file, string path)
    {
        var entries = ZipDirectory.Read(file, path).Entries;
        var pickles = entries.Values.Where(entry => entry.Name == Pickle
            || (entry.Name.EndsWith("/" + Pickle, StringComparison.Ordinal)
                && entry.Name.Count(c => c == '/') == 1)).ToList();
        if (pickles is not [var pickle])
            throw new CheckpointException(path, "an archive of PyTorch holds one data.pkl", "1", $"{pickles.Count}");
        string root = pickle.Name[..^Pickle.Length];
        if (entries.ContainsKey(root + "constants.pkl"))
            throw new CheckpointException(path, "a TorchScript program cannot be loaded: save its state_dict()");
        if (pickle.Bytes > TorchFile.MaxPickleBytes)
            throw new CheckpointException(path, "a pickle has a limit", $"{TorchFile.MaxPickleBytes} bytes",
                $"{pickle.Bytes}");
        if (entries.TryGetValue(root + "byteorder", out var order))
        {
            var text = new PickleInput(file, path, order.Position,
                order.Position + order.Bytes).Bytes(Math.Min(order.Bytes, 16));
            if (!text.SequenceEqual("little"u8))
                throw new CheckpointException(path, "numbers must be stored little-endian", "little",
                    CheckpointException.Printable(Encoding.Latin1.GetString(text)));
        }
        var storages = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        var machine = new PickleMachine(
            new PickleInput(file, path, pickle.Position, pickle.Position + pickle.Bytes), path, id =>
            {
                var storage = TorchStorages.Of(id, storages, path);
                if (storage.Position >= 0)
                    return storage;
                if (!entries.TryGetValue($"{root}data/{storage.Key}", out var entry))
                    throw new CheckpointException(path, "a storage must be in the archive", null,
                        $"no '{CheckpointException.Printable($"{root}data/{storage.Key}")}'");
                if (entry.Bytes != storage.Bytes)
                    throw new CheckpointException(path, "a storage must have its bytes",
                        $"{storage.Bytes} in '{CheckpointException.Printable(entry.Name)}'", $"{entry.Bytes}");
                storage.Position = entry.Position;
                return storage;
            });
        object? value = machine.Run();
        return new(value, machine.Foreign);
    }
}
