using System.Buffers.Binary;
using System.Text;

namespace SuTI.Engine.Tests.IO;

/// <summary>Builds pickles operation by operation; what is built need not make sense.</summary>
sealed class PickleBytes
{
    readonly List<byte> _bytes = [];

    public PickleBytes() => Raw(0x80, 2);

    public PickleBytes Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBytes Op(string operations) => Raw(Encoding.Latin1.GetBytes(operations));

    public PickleBytes Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleBytes Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op("X").Raw(length).Raw(utf8);
    }

    public PickleBytes Whole(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Op("J").Raw(bytes);
    }

    public PickleBytes Long(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleBytes Longs(params long[] values)
    {
        Op("(");
        foreach (long value in values)
            Long(value);
        return Op("t");
    }

    public PickleBytes Storage(string key, long elements, string type = "FloatStorage")
        => Op("(").Text("storage").Global("torch", type).Text(key).Text("cpu").Long(elements).Op("tQ");

    public PickleBytes Tensor(string key, long elements, long offset, long[] sizes, long[] strides,
        string type = "FloatStorage")
        => Global("torch._utils", "_rebuild_tensor_v2").Op("(").Storage(key, elements, type).Long(offset).Longs(sizes)
            .Longs(strides).Raw(0x89).Global("collections", "OrderedDict").Op(")RtR");

    /// <summary>A call without arguments.</summary>
    public PickleBytes Call(string module, string name) => Global(module, name).Op(")R");

    public byte[] Stop() => Op(".")._bytes.ToArray();
}

/// <summary>Builds zip archives, byte by byte.</summary>
static class ZipBytes
{
    public delegate void Change(byte[] local, byte[] central);

    /// <param name="change">Of the headers of the entry of this index.</param>
    public static byte[] Of((string Name, byte[] Content)[] entries, int changed = -1, Change? change = null,
        Action<byte[]>? changeEnd = null)
    {
        using var zip = new MemoryStream();
        using var directory = new MemoryStream();
        for (int i = 0; i < entries.Length; i++)
        {
            var (name, content) = entries[i];
            byte[] utf8 = Encoding.UTF8.GetBytes(name);
            byte[] local = new byte[30], central = new byte[46];
            Put32(local, 0, 0x04034b50);
            Put32(local, 18, (uint)content.Length);
            Put32(local, 22, (uint)content.Length);
            local[26] = (byte)utf8.Length;
            Put32(central, 0, 0x02014b50);
            Put32(central, 20, (uint)content.Length);
            Put32(central, 24, (uint)content.Length);
            central[28] = (byte)utf8.Length;
            Put32(central, 42, (uint)zip.Position);
            if (i == changed)
                change!(local, central);
            zip.Write(local);
            zip.Write(utf8);
            zip.Write(content);
            directory.Write(central);
            directory.Write(utf8);
        }
        byte[] end = new byte[22];
        Put32(end, 0, 0x06054b50);
        end[8] = end[10] = (byte)entries.Length;
        Put32(end, 12, (uint)directory.Length);
        Put32(end, 16, (uint)zip.Position);
        changeEnd?.Invoke(end);
        directory.WriteTo(zip);
        zip.Write(end);
        return zip.ToArray();
    }

    public static byte[] Torch(byte[] pickle, params (string Key, byte[] Content)[] storages)
        => Of([("a/data.pkl", pickle), .. storages.Select(storage => ($"a/data/{storage.Key}", storage.Content)),
            ("a/version", "3\n"u8.ToArray())]);

    public static void Put32(byte[] bytes, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
}
