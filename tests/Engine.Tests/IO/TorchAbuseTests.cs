using SuTI.Engine.IO;

namespace SuTI.Engine.Tests.IO;

/// <summary>Files of PyTorch that were made to harm: each is refused, by name where it names something.</summary>
public class TorchAbuseTests
{
    static readonly byte[] s_sixteen = new byte[16];

    static PickleBytes Dict() => new PickleBytes().Op("}(");

    static byte[] Good() => ZipBytes.Torch(Dict().Text("w").Tensor("0", 4, 0, [2, 2], [2, 1]).Op("u").Stop(), ("0",
        s_sixteen));

    static IEnumerable<TestCaseData> Calls()
    {
        (string Module, string Name)[] hostile =
        [
            ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"), ("builtins", "eval"),
            ("builtins", "exec"), ("__builtin__", "eval"), ("builtins", "__import__"), ("builtins", "print"),
            ("builtins", "open"), ("importlib", "import_module"), ("os.path", "join"), ("builtins", "str.format"),
            ("pickle", "loads"), ("socket", "create_connection"), ("webbrowser", "open"), ("runpy", "_run_code"),
        ];
        foreach (var (module, name) in hostile)
        {
            string full = $"{module}.{name}";
            yield return Case("REDUCE", full, new PickleBytes().Global(module, name).Text("id").Raw(0x85).Op("R"));
            yield return Case("NEWOBJ", full, new PickleBytes().Global(module, name).Text("id").Raw(0x85, 0x81));
            yield return Case("STACK_GLOBAL", full, new PickleBytes().Text(module).Text(name).Raw(0x93).Op(")R"));
            yield return Case("INST", full, new PickleBytes().Op("(").Text("id").Op($"i{module}\n{name}\n"));
            yield return Case("OBJ", full, new PickleBytes().Op("(").Global(module, name).Text("id").Op("o"));
            yield return Case("BUILD", full, new PickleBytes().Call("a", "B").Global(module, name).Op("b"));
            yield return Case("in a state_dict", full, Dict().Text("state_dict").Op("}(").Text("w")
                .Tensor("0", 4, 0, [4], [1]).Op("u").Text("x").Call(module, name).Op("u"));
            yield return Case("for a hook", full, Dict().Text("w").Global("torch._utils", "_rebuild_parameter").Op("(")
                .Tensor("0", 4, 0, [4], [1]).Raw(0x88).Call(module, name).Op("tR").Op("u"));
        }
        yield return Case("foreign, in weights alone", "mine.evil", Dict().Text("w").Tensor("0", 4, 0, [4],
            [1]).Text("x")
            .Call("mine", "evil").Op("u"));
        yield return Case("a name alone, in weights alone", "mine.Evil", Dict().Text("w").Tensor("0", 4, 0, [4],
            [1]).Text("x")
            .Global("mine", "Evil").Op("u"));
        yield return Case("what a call returns", "mine.make", new PickleBytes().Call("mine", "make").Op(")R"));
        yield return Case("bytes loaded again", "torch.storage._load_from_bytes", Dict().Text("w")
            .Call("torch.storage", "_load_from_bytes").Op("u"));

        static TestCaseData Case(string how, string name, PickleBytes pickle)
            => new TestCaseData(pickle.Stop(), name).SetArgDisplayNames($"{how} {name}");
    }

    [TestCaseSource(nameof(Calls))]
    public void A_pickle_that_calls_is_refused_by_the_name_of_what_it_calls(byte[] pickle, string name)
    {
        using var folder = new TemporaryFolder();
        byte[] legacy = pickle.AsSpan().IndexOf("FloatStorage"u8) < 0 ? Legacy(pickle) : Legacy(pickle, ("0",
            s_sixteen));
        foreach (string file in new[] { folder.File("a.bin", ZipBytes.Torch(pickle, ("0", s_sixteen))),
            folder.File("b.pt", legacy) })
        {
            var refusal = Assert.Throws<CheckpointException>(() => WeightFiles.Open(file).Dispose())!;
            Assert.That(refusal.Message, Does.Contain(name).And.Contain(file));
        }
    }

    [Test]
    public void Foreign_objects_beside_a_state_dict_are_left_out_and_named()
    {
        using var folder = new TemporaryFolder();
        byte[] pickle = Dict().Text("callbacks").Op("}(").Global("lightning.callbacks",
            "Checkpoint").Op("}(").Text("best")
            .Call("numpy.core.multiarray", "scalar").Op("uu").Text("args").Call("argparse",
                "Namespace").Op("}(").Text("lr")
            .Whole(1).Op("ub").Text("state_dict").Op("}(").Text("w").Tensor("0", 4, 0, [2, 2], [2, 1]).Op("uu").Stop();
        using var weights = WeightFiles.Open(folder.File("a.ckpt", ZipBytes.Torch(pickle, ("0", s_sixteen))));
        Assert.That(weights.Entries.Single().Name, Is.EqualTo("w"));
        Assert.That(weights.Notes.Single(),
            Does.Contain("lightning.callbacks.Checkpoint").And.Contain("argparse.Namespace")
            .And.Contain("nothing was called"));
    }

    [Test]
    public void A_tensor_that_a_foreign_call_would_make_is_none()
    {
        using var folder = new TemporaryFolder();
        byte[] pickle = Dict().Text("state_dict").Op("}(").Text("w").Call("mine", "tensor").Op("uu").Stop();
        Assert.That(() => WeightFiles.Open(folder.File("a.ckpt", ZipBytes.Torch(pickle))),
            Throws.TypeOf<CheckpointException>()
            .With.Message.Contains("mine.tensor"));
    }

    static IEnumerable<TestCaseData> Views()
    {
        yield return Case("beyond", 4, 1, [2, 2], [2, 1]);
        yield return Case("far beyond", 4, 1L << 61, [1], [1]);
        yield return Case("negative offset", 4, -1, [1], [1]);
        yield return Case("negative stride", 4, 3, [4], [-1]);
        yield return Case("negative size", 4, 0, [-1], [1]);
        yield return Case("repeated", 4, 0, [1L << 40], [0]);
        yield return Case("repeated in two", 4, 0, [1L << 40, 1L << 40], [0, 0]);
        yield return Case("overflowing", 4, 0, [2, 2], [1L << 62, 1L << 62]);
        yield return Case("uneven", 4, 0, [2, 2], [1]);
        yield return Case("too many axes", 4, 0, [1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
        yield return Case("storage of another size", 5, 0, [1], [1]);
        yield return Case("storage of a negative size", -1, 0, [1], [1]);
        yield return Case("storage too large to count", 1L << 62, 0, [1], [1]);
        yield return Case("empty, uncountable", 4, 0, [0, 1L << 62, 1L << 62], [1, 1, 1]);

        static TestCaseData Case(string what, long elements, long offset, long[] sizes, long[] strides)
            => new TestCaseData(elements, offset, sizes, strides).SetArgDisplayNames(what);
    }

    [TestCaseSource(nameof(Views))]
    public void A_view_that_leaves_its_storage_is_refused(long elements, long offset, long[] sizes, long[] strides)
        => Refused(ZipBytes.Torch(Dict().Text("w").Tensor("0", elements, offset, sizes, strides).Op("u").Stop(), ("0",
            s_sixteen)));

    static IEnumerable<TestCaseData> Pickles()
    {
        yield return Case("empty", []);
        yield return Case("no stop", [0x80, 2, (byte)'}']);
        yield return Case("stack underflow", new PickleBytes().Op("R").Stop());
        yield return Case("no mark", new PickleBytes().Op("t").Stop());
        yield return Case("below a mark", new PickleBytes().Op("}(R").Stop());
        yield return Case("unknown memo", new PickleBytes().Op("h").Raw(7).Stop());
        yield return Case("unknown operation", new PickleBytes().Raw(0xff).Stop());
        yield return Case("text beyond the end", new PickleBytes().Op("X").Raw(255, 255, 255, 127).Stop());
        yield return Case("text of negative length", new PickleBytes().Raw(0x8d, 255, 255, 255, 255, 255, 255, 255,
            255).Stop());
        yield return Case("number of negative length", new PickleBytes().Raw(0x8b, 255, 255, 255, 255).Stop());
        yield return Case("frame beyond the end", new PickleBytes().Raw(0x95, 255, 255, 255, 255, 255, 255, 255, 127,
            0x95).Stop());
        yield return Case("extension", new PickleBytes().Raw(0x82, 1).Stop());
        yield return Case("out of band buffer", new PickleBytes().Raw(0x97).Stop());
        yield return Case("text id", new PickleBytes().Op("Px\n").Stop());
        yield return Case("cycle", new PickleBytes().Op("}q").Raw(0).Text("x").Op("h").Raw(0).Op("s").Stop());
        yield return Case("cycle of lists", new PickleBytes().Op("]q").Raw(0).Op("h").Raw(0).Op("a").Stop());
        yield return Case("deep", Deep(1000));
        yield return Case("shared tuples without end", Laughs());
        yield return Case("no tensors at all", new PickleBytes().Op("N").Stop());
        yield return Case("other storage", Dict().Text("w").Tensor("0", 4, 0, [4], [1], "QInt8Storage").Op("u").Stop());
        yield return Case("storage in two types", Dict().Text("w").Tensor("0", 4, 0, [4], [1]).Text("v")
            .Tensor("0", 2, 0, [2], [1], "DoubleStorage").Op("u").Stop());
        yield return Case("storage with a path", Dict().Text("w").Tensor("../0", 4, 0, [4], [1]).Op("u").Stop());
        yield return Case("dict of lists multiplied", Multiplied());

        static TestCaseData Case(string what, byte[] pickle) => new TestCaseData(pickle).SetArgDisplayNames(what);
    }

    [TestCaseSource(nameof(Pickles))]
    public void A_broken_pickle_is_refused(byte[] pickle)
    {
        Refused(ZipBytes.Torch(pickle, ("0", s_sixteen)));
        Refused(Legacy(pickle));
    }

    static IEnumerable<TestCaseData> Archives()
    {
        (string, byte[])[] two = [("a/data.pkl", new PickleBytes().Op("}").Stop()), ("a/data/0", s_sixteen)];
        yield return Case("compressed", ZipBytes.Of(two, 0, (local, central) => (local[8], central[10]) = (8, 8)));
        yield return Case("compressed in the directory alone", ZipBytes.Of(two, 0, (_, central) => central[10] = 8));
        yield return Case("compressed in the local header alone", ZipBytes.Of(two, 0, (local, _) => local[8] = 8));
        yield return Case("encrypted", ZipBytes.Of(two, 0, (_, central) => central[8] = 1));
        yield return Case("sizes differ", ZipBytes.Of(two, 1, (_, central) => central[20]--));
        yield return Case("sizes of the headers differ", ZipBytes.Of(two, 1, (local, _) => local[22]--));
        yield return Case("overlap", ZipBytes.Of(two, 1, (_, central) => ZipBytes.Put32(central, 42, 0)));
        yield return Case("beyond", ZipBytes.Of(two, 1, (_, central) => ZipBytes.Put32(central, 42, 0x7fffffff)));
        yield return Case("long", ZipBytes.Of(two, 1, (local, central) =>
        {
            foreach (int at in new[] { 18, 22 })
                ZipBytes.Put32(local, at, 1000);
            foreach (int at in new[] { 20, 24 })
                ZipBytes.Put32(central, at, 1000);
        }));
        yield return Case("large without its field", ZipBytes.Of(two, 1, (_, central) => ZipBytes.Put32(central, 24,
            uint.MaxValue)));
        yield return Case("large end without its record", ZipBytes.Of(two, changeEnd: end => ZipBytes.Put32(end, 16,
            uint.MaxValue)));
        yield return Case("more entries than there are", ZipBytes.Of(two, changeEnd: end => end[8] = end[10] = 3));
        yield return Case("fewer entries than there are", ZipBytes.Of(two, changeEnd: end => end[8] = end[10] = 1));
        yield return Case("several parts", ZipBytes.Of(two, changeEnd: end => end[4] = 1));
        yield return Case("one name twice", ZipBytes.Of([.. two, two[1]]));
        yield return Case("two pickles", ZipBytes.Of([.. two, ("b/data.pkl", [])]));
        yield return Case("no pickle", ZipBytes.Of([two[1]]));
        yield return Case("a program", ZipBytes.Of([.. two, ("a/constants.pkl", [])]));
        yield return Case("big-endian", ZipBytes.Of([.. two, ("a/byteorder", "big"u8.ToArray())]));
        yield return Case("bytes before", [.. "PK\u0003\u0004"u8, .. ZipBytes.Of(two)]);
        yield return Case("bytes behind", [.. ZipBytes.Of(two), 0]);
        yield return Case("start alone", "PK\u0003\u0004"u8.ToArray());
        byte[] whole = Good();
        foreach (int length in new[] { 5, 30, 60, whole.Length / 2, whole.Length - 22, whole.Length - 1 })
            yield return Case($"cut to {length}", whole[..length]);

        static TestCaseData Case(string what, byte[] file) => new TestCaseData(file).SetArgDisplayNames(what);
    }

    [TestCaseSource(nameof(Archives))]
    public void A_broken_archive_is_refused(byte[] file) => Refused(file);

    [Test]
    public void What_is_broken_above_is_read_when_it_is_whole()
    {
        using var folder = new TemporaryFolder();
        using var file = TorchFile.Open(folder.File("a.bin", Good()));
        Assert.That(file.Entries.Single().ToString(), Is.EqualTo("w F32 [2, 2]"));
        using var legacy = TorchFile.Open(folder.File("b.bin", Legacy(Dict().Text("w").Tensor("0", 4, 0, [2, 2], [1,
            2]).Op("u").Stop(),
            ("0", [.. Enumerable.Range(0, 16).Select(i => (byte)i)]))));
        byte[] bytes = new byte[16];
        legacy.ReadInto("w", 0, bytes);
        Assert.That(bytes, Is.EqualTo(new byte[] { 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15 }));
    }

    [Test]
    public void Shards_stay_in_their_folder()
    {
        using var folder = new TemporaryFolder();
        folder.File("good.bin", Good());
        foreach (string shard in new[] { "../good.bin", "/etc/passwd", "a/good.bin", "good.safetensors", "missing.bin",
            "C:good.bin", "" })
        {
            string index = folder.File("pytorch_model.bin.index.json", $$$"""{"weight_map": {"w": "{{{shard}}}"}}""");
            Assert.That(() => WeightFiles.Open(index), Throws.TypeOf<CheckpointException>(), shard);
        }
        Assert.That(() => WeightFiles.Open(folder.File("pytorch_model.bin.index.json", """{"weight_map": {"other": "good.bin"}}""")),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("good.bin lacks tensor 'other'"));
        folder.File("pytorch_model.bin.index.json", """{"weight_map": {"w": "good.bin"}}""");
        using var shards = WeightFiles.Open(folder.Root);
        Assert.That(shards.Entries.Single().Name, Is.EqualTo("w"));
    }

    [Test]
    public void Mutated_files_are_read_or_refused_in_bounded_memory()
    {
        using var folder = new TemporaryFolder();
        byte[] pickle = Dict().Text("w").Tensor("0", 4, 0, [2, 2], [1,
            2]).Text("l").Op("](").Whole(3).Text("x").Op("e").Text("o")
            .Global("collections",
                "OrderedDict").Op("](").Text("k").Whole(1).Raw(0x86).Op("e").Raw(0x85).Op("R").Op("u").Stop();
        byte[][] seeds = [ZipBytes.Torch(pickle, ("0", s_sixteen)), Legacy(pickle, ("0", s_sixteen))];
        var random = new Random(20);
        int read = 0, refused = 0;
        long before = GC.GetTotalAllocatedBytes(true), most = 0;
        for (int i = 0; i < 6000; i++)
        {
            byte[] bytes = [.. seeds[i % 2]];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(8) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                using var file = TorchFile.Open(folder.File("m.bin", bytes));
                foreach (var entry in file.Entries)
                    file.ReadInto(entry.Name, 0, new byte[entry.ByteCount]);
                read++;
            }
            catch (SutiException)
            {
                refused++;
            }
            long after = GC.GetTotalAllocatedBytes();
            (most, before) = (Math.Max(most, after - before), after);
        }
        TestContext.Out.WriteLine($"{read} read, {refused} refused, at most {most} bytes for one of {seeds[0].Length}");
        Assert.That(read, Is.GreaterThan(100));
        Assert.That(refused, Is.GreaterThan(1000));
        Assert.That(most, Is.LessThan(4 << 20));
    }

    static void Refused(byte[] content)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("a.bin", content);
        Assert.That(() => WeightFiles.Open(file), Throws.InstanceOf<SutiException>().With.Message.Contains("a.bin"));
    }

    // As PyTorch wrote before 1.6.
    static byte[] Legacy(byte[] pickle, params (string Key, byte[] Content)[] storages)
    {
        var keys = new PickleBytes().Op("](");
        foreach (var (key, _) in storages)
            keys.Text(key);
        return
        [
            .. new PickleBytes().Raw(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).Stop(),
            .. new PickleBytes().Whole(1001).Stop(),
            .. Dict().Text("little_endian").Raw(0x88).Op("u").Stop(), .. pickle, .. keys.Op("e").Stop(),
            .. storages.SelectMany(storage => (byte[])[.. BitConverter.GetBytes(storage.Content.Length / 4L),
                .. storage.Content]),
        ];
    }

    static byte[] Deep(int levels)
    {
        var pickle = new PickleBytes().Tensor("0", 4, 0, [4], [1]);
        for (int i = 0; i < levels; i++)
            pickle.Raw(0x85);
        return pickle.Stop();
    }

    // Each tuple holds the one before it ten times.
    static byte[] Laughs()
    {
        var pickle = new PickleBytes().Op("]");
        for (int i = 0; i < 20; i++)
            pickle.Op("q").Raw((byte)i).Op("0(").Op(string.Concat(Enumerable.Repeat("h" + (char)i, 10))).Op("t");
        return pickle.Stop();
    }

    static byte[] Multiplied()
    {
        var pickle = new PickleBytes().Op("](");
        for (int i = 0; i < 5000; i++)
            pickle.Op("NN").Raw(0x86);
        pickle.Op("eq").Raw(0).Op("0");
        for (int i = 0; i < 1000; i++)
            pickle.Global("collections", "OrderedDict").Op("h").Raw(0).Raw(0x85).Op("R0");
        return pickle.Op("}").Stop();
    }
}
