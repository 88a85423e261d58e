using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace SuTI.Engine.IO;

/// <summary>
/// Reads what PyTorch saved before 1.6: pickles of a magic number, a version, the machine, the content and the keys of
/// the storages, then each storage: its number of elements in 8 bytes, and the elements.
/// </summary>
static class TorchPickles
{
    const int Version = 1001;
    static readonly BigInteger s_magic = BigInteger.Parse("119547037146038801333356",
        System.Globalization.CultureInfo.InvariantCulture);

    public static TorchContent Read(SafeFileHandle file, string path)
    {
        long length = RandomAccess.GetLength(file);
        var input = new PickleInput(file, path, 0, Math.Min(length, TorchFile.MaxPickleBytes));
        var storages = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        if (!Equals(Run(out _), s_magic))
            throw new CheckpointException(path,
                "the file must be one of PyTorch's: a zip archive, or pickles that begin with its magic number");
        if (Run(out _) is not (long)Version)
            throw new CheckpointException(path, "the version of the format must be known", $"{Version}", "another");
        if (Run(out _) is not PickleDict machine || machine["little_endian"] is not true)
            throw new CheckpointException(path, "numbers must be stored little-endian", "little_endian",
                "another machine's");
        object? root = Run(out var foreign);
        if (Run(out _) is not PickleList { Items: var keys })
            throw new CheckpointException(path, "the keys of the storages must follow the content", "a list",
                "another value");
        Place(file, path, input.Position, length, keys, storages);
        return new(root, foreign);

        object? Run(out IReadOnlyList<string> foreign)
        {
            var run = new PickleMachine(input, path, id => TorchStorages.Of(id, storages, path));
            object? value = run.Run();
            foreign = run.Foreign;
            return value;
        }
    }

    static void Place(SafeFileHandle file, string path, long position, long length, List<object?> keys,
        Dictionary<string, TorchStorage> storages)
    {
        byte[] count = new byte[8];
        foreach (object? key in keys)
        {
            if (key is not string name || !storages.TryGetValue(name, out var storage) || storage.Position >= 0)
                throw new CheckpointException(path, "each storage must follow once", null,
                    "an unknown key, or one twice");
            if (length - position < count.Length || RandomAccess.Read(file, count, position) < count.Length)
                throw new CheckpointException(path, "the file must hold its storages", null, "the end of the file");
            long elements = BinaryPrimitives.ReadInt64LittleEndian(count);
            position += count.Length;
            if (elements != storage.Elements || storage.Bytes > length - position)
                throw new CheckpointException(path, "a storage must have its elements",
                    $"{storage.Elements} of {storage.Type} in what is left",
                        $"{elements} in {length - position} bytes");
            storage.Position = position;
            position += storage.Bytes;
        }
        foreach (var storage in storages.Values.Where(storage => storage.Position < 0))
            throw new CheckpointException(path, "each storage must follow once", null,
                $"none for key '{CheckpointException.Printable(storage.Key)}'");
        if (position != length)
            throw new CheckpointException(path, "the file must end behind its storages", $"{position} bytes",
                $"{length}");
    }
}
