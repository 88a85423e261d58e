using SuTI.Engine.Cuda;
using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>Compiled kernels on disk: found again, and compiled anew when the file is not what was written.</summary>
public class KernelCacheTests
{
    static readonly KernelVariant s_variant = new("views/fill.cu", "BYTES=4");

    string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("suti-cache-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_second_start_compiles_nothing()
    {
        byte[] first = Start().Compile(s_variant).Cubin;
        var second = Start();
        Assert.Multiple(() =>
        {
            Assert.That(second.Compile(s_variant).Cubin, Is.EqualTo(first));
            Assert.That(second.Counters, Is.EqualTo((0, 1)));
            Assert.That(second.Cache.All().Single().Kernel.Variant, Is.EqualTo(s_variant));
            Assert.That(second.Compile(new("views/fill.cu", "BYTES=2")).Cubin, Is.Not.EqualTo(first));
            Assert.That(second.Counters, Is.EqualTo((1, 1)));
        });
    }

    [Test]
    public void Code_of_another_compiler_has_no_attributes()
    {
        var device = Device.Cuda();
        var compiled = Start().Compile(s_variant);
        Assert.Multiple(() =>
        {
            Assert.That(device.UseOf(compiled, "fill"), Is.Not.Null);
            Assert.That(device.UseOf(compiled, "no_such_entry"), Is.Null);
            Assert.That(device.UseOf(compiled with { Cubin = [1, 2, 3, 4] }, "fill"), Is.Null);
        });
    }

    [TestCase(0)]
    [TestCase(8)]
    [TestCase(60)]
    [TestCase(-1)]
    public void A_file_that_was_cut_off_is_written_anew(int length)
    {
        byte[] cubin = Start().Compile(s_variant).Cubin;
        string file = Directory.GetFiles(_folder).Single();
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..(length < 0 ? whole.Length + length : length)]);
        CompilesAnew(cubin, file, whole);
    }

    [TestCase(0)]
    [TestCase(9)]
    [TestCase(41)]
    [TestCase(200)]
    [TestCase(-1)]
    public void A_file_with_another_byte_is_written_anew(int at)
    {
        byte[] cubin = Start().Compile(s_variant).Cubin;
        string file = Directory.GetFiles(_folder).Single();
        byte[] whole = File.ReadAllBytes(file), altered = [.. whole];
        altered[at < 0 ? whole.Length + at : at] ^= 0x40;
        File.WriteAllBytes(file, altered);
        CompilesAnew(cubin, file, whole);
    }

    [Test]
    public void A_folder_that_cannot_be_written_costs_time_only()
    {
        // A file where the folder should be: the administrator could write into one without permissions.
        string taken = Path.Combine(_folder, "taken");
        File.WriteAllText(taken, "");
        var compiler = new KernelCompiler(CudaRuntime.Instance, 90, new(Path.Combine(taken, "kernels")));
        Assert.Multiple(() =>
        {
            Assert.That(compiler.Compile(s_variant).Cubin, Is.Not.Empty);
            Assert.That(compiler.Cache.WriteFailure, Is.Not.Null);
            Assert.That(compiler.Cache.All(), Is.Empty);
        });
    }

    [Test]
    public void A_text_that_does_not_compile_is_shown_and_not_kept()
    {
        var compiler = Start();
        var refused = Assert.Throws<KernelCompileException>(() => compiler.Compile(new("", "", "int f() { return nothing_of_that_name; }")));
        Assert.Multiple(() =>
        {
            Assert.That(refused!.Message, Does.Contain("nothing_of_that_name"));
            Assert.That(Directory.GetFiles(_folder), Is.Empty);
        });
    }

    /// <summary>In a process of its own: where there are no libraries, the message says what was tried, and the processor works on.</summary>
    [Test]
    public void Without_libraries_the_message_names_what_was_tried()
    {
        string choice = NativeLibraries.Choice;
        if (!Directory.Exists(choice))
        {
            var (exit, output) = TestProcess.Tests($"FullyQualifiedName~{nameof(KernelCacheTests)}.{nameof(Without_libraries_the_message_names_what_was_tried)}",
                (NativeLibraries.Variable, _folder));
            Assert.That(exit, Is.Zero, output);
            return;
        }
        var missing = Assert.Throws<CudaException>(() => Device.Cuda());
        using var scope = TensorScope.Open("cpu");
        Assert.Multiple(() =>
        {
            Assert.That(missing!.Message, Does.Contain("libcuda.so.1").And.Contain("nothing at"));
            Assert.That(Tensor.From((float[])[1, 2], [2]).Cast(DType.Float64).ToArray<double>(), Is.EqualTo((double[])[1, 2]));
            Assert.That(Device.Known.Count(), Is.EqualTo(1));
        });
    }

    KernelCompiler Start() => new(CudaRuntime.Instance, 90, new(_folder));

    void CompilesAnew(byte[] cubin, string file, byte[] whole)
    {
        var again = Start();
        Assert.Multiple(() =>
        {
            Assert.That(again.Compile(s_variant).Cubin, Has.Length.EqualTo(cubin.Length));
            Assert.That(again.Counters, Is.EqualTo((1, 0)));
            Assert.That(File.ReadAllBytes(file), Has.Length.EqualTo(whole.Length));
            Assert.That(Start().Cache.All().Count(), Is.EqualTo(1));
        });
    }
}
