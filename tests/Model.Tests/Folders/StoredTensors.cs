using SuTI.Engine.IO;

namespace SuTI.Model.Tests.Folders;

/// <summary>Tensors with their bytes, to be renamed, fused and written again.</summary>
sealed class StoredTensors : Dictionary<string, (SafetensorsType Type, long[] Shape, byte[] Bytes)>
{
    public static StoredTensors Of(IWeightSource source)
    {
        var tensors = new StoredTensors();
        foreach (var entry in source.Entries)
        {
            byte[] bytes = new byte[entry.ByteCount];
            source.ReadInto(entry.Name, 0, bytes);
            tensors.Add(entry.Name, (entry.Type, [.. entry.Shape], bytes));
        }
        return tensors;
    }

    public static StoredTensors Open(string path)
    {
        using var source = WeightFiles.Open(path);
        return Of(source);
    }

    public string Write(string file)
    {
        SafetensorsWriter.Write(file, this.Select(pair =>
            new SafetensorsTensor(pair.Key, pair.Value.Type, pair.Value.Shape, pair.Value.Bytes)));
        return file;
    }

    /// <summary>Takes a tensor out and puts it in under another name and, perhaps, shape.</summary>
    public void Move(string from, string to, params long[] shape)
    {
        Remove(from, out var tensor);
        Add(to, (tensor.Type, shape.Length > 0 ? shape : tensor.Shape, tensor.Bytes));
    }

    /// <summary>Joins tensors of equal shapes along the first axis, in alternating blocks of rows.</summary>
    public void Fuse(string to, long block, bool convolution, params string[] from)
    {
        var first = this[from[0]];
        long rowBytes = first.Bytes.Length / first.Shape[0] * block;
        using var joined = new MemoryStream();
        for (long row = 0; row < first.Shape[0]; row += block)
        {
            foreach (string name in from)
                joined.Write(this[name].Bytes.AsSpan((int)(row / block * rowBytes), (int)rowBytes));
        }
        long[] shape = [first.Shape[0] * from.Length, .. first.Shape[1..], .. convolution && first.Shape.Length == 2
            ? [1L] : Array.Empty<long>()];
        foreach (string name in from)
            Remove(name);
        Add(to, (first.Type, shape, joined.ToArray()));
    }

    /// <summary>Exchanges the axes of a matrix of four-byte numbers.</summary>
    public void Transpose(string name)
    {
        var (type, shape, bytes) = this[name];
        byte[] turned = new byte[bytes.Length];
        for (long i = 0; i < shape[0]; i++)
        {
            for (long j = 0; j < shape[1]; j++)
                bytes.AsSpan((int)((i * shape[1]) + j) * 4, 4).CopyTo(turned.AsSpan((int)((j * shape[0]) + i) * 4));
        }
        this[name] = (type, [shape[1], shape[0]], turned);
    }

    public static void AssertEqual(StoredTensors actual, StoredTensors expected)
    {
        Assert.That(actual.Keys, Is.EquivalentTo(expected.Keys));
        foreach (var (name, tensor) in expected)
        {
            Assert.That(actual[name].Shape, Is.EqualTo(tensor.Shape), name);
            Assert.That(actual[name].Type, Is.EqualTo(tensor.Type), name);
            // Byte by byte the framework compares for seconds.
            Assert.That(actual[name].Bytes.AsSpan().SequenceEqual(tensor.Bytes), name);
        }
    }
}
