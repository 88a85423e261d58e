using SuTI.Engine.Catalogue;
using SuTI.Engine.Cuda;
using SuTI.Engine.Layers;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>
/// Paths of matrix products that the catalogue cannot choose: refused epilogues, kept and timed algorithms.
/// </summary>
public class CudaProductTests : LeakCheck
{
    static CudaDevice Cuda => Device.Cuda();

    static IEnumerable<TestCaseData> WithBias()
        => OpCatalogue.All().Single(entry => entry.Op == "linear").Variants.Where(variant =>
            variant.Name.Contains("bias", StringComparison.Ordinal) || variant.Name == "strided")
            .Select(variant => new TestCaseData(variant).SetArgDisplayNames(variant.Name));

    [TestCaseSource(nameof(WithBias))]
    public void A_refused_bias_is_added_by_a_kernel_of_ours(OpVariant variant)
    {
        int before = Cuda.BiasesAddedApart;
        Cuda.Products.RefusesBias = true;
        try
        {
            foreach (var type in (DType[])[DType.Float32, DType.BFloat16, DType.Float16])
            {
                string? wrong = OpChecks.Against(variant, Cuda, type);
                Assert.That(wrong, Is.Null, wrong);
            }
        }
        finally
        {
            Cuda.Products.RefusesBias = false;
        }
        Assert.That(Cuda.BiasesAddedApart, Is.GreaterThan(before), "the counter shows it");
    }

    [Test]
    public void An_algorithm_is_chosen_once_kept_in_a_file_and_checked_when_read()
    {
        using var folder = new TemporaryFolder();
        using var scope = TensorScope.Open();
        var a = Tensor.From([1f, 2, 3, 4, 5, 6], [1, 2, 3], Cuda);
        var b = Tensor.From([1f, 0, 0, 1, 1, 1], [1, 3, 2], Cuda);
        float[] expected = [4, 5, 10, 11];
        var first = Lt(folder);
        Assert.That(Product(first, a, b), Is.EqualTo(expected));
        Assert.That(Product(first, a, b), Is.EqualTo(expected));
        Assert.That((first.Chosen, first.Read), Is.EqualTo((1, 0)));
        var second = Lt(folder);
        Assert.That(Product(second, a, b), Is.EqualTo(expected));
        Assert.That((second.Chosen, second.Read), Is.EqualTo((0, 1)));

        string file = Directory.GetFiles(folder.File("products")).Single();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        var third = Lt(folder);
        Assert.That(Product(third, a, b), Is.EqualTo(expected));
        Assert.That((third.Chosen, third.Read), Is.EqualTo((1, 0)), "a damaged file is not used");

        // Whole, but an algorithm that this library does not know.
        bytes = File.ReadAllBytes(file);
        bytes[40] = 99;
        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(40), bytes.AsSpan(8));
        File.WriteAllBytes(file, bytes);
        var fourth = Lt(folder);
        Assert.That(Product(fourth, a, b), Is.EqualTo(expected));
        Assert.That((fourth.Chosen, fourth.Read), Is.EqualTo((1, 0)), "an unknown algorithm is not used");
    }

    [Test]
    public void Timed_algorithms_give_the_same_product()
    {
        using var scope = TensorScope.Open();
        var a = Tensor.From([.. Enumerable.Range(0, 7 * 11).Select(i => (float)i)], [7, 11], Cuda);
        var expected = a.MatMul(a.Transpose()).ToArray<float>();
        Cuda.TunedProducts = 4;
        try
        {
            int chosen = Cuda.Products.Chosen + Cuda.Products.Read;
            // Another shape to the library, for it lies elsewhere.
            var moved = Tensor.Zeros([7, 12], device: Cuda).Slice(1, 0, 11);
            moved.Assign(a);
            Assert.That(moved.MatMul(a.Transpose()).ToArray<float>(), Is.EqualTo(expected));
            Assert.That(Cuda.Products.Chosen + Cuda.Products.Read, Is.EqualTo(chosen + 1));
        }
        finally
        {
            Cuda.TunedProducts = 0;
        }
    }

    [Test]
    public void A_known_product_allocates_nothing_on_the_host()
    {
        using var scope = TensorScope.Open();
        var a = Tensor.Ones([1, 4, 4], device: Cuda);
        var lt = Cuda.Products;
        var operand = ProductOperand.Of(a, mayTranspose: true)!.Value;
        var key = new ProductKey(operand, operand, null, operand, 1, null, false);
        var c = Tensor.Empty([1, 4, 4], device: Cuda);
        nint Address(Tensor x) => x.Storage.Address;
        Assert.That(lt.TryMultiply(Cuda.Stream, key, Address(a), Address(a), 0, Address(c), 0), Is.True);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            lt.TryMultiply(Cuda.Stream, key, Address(a), Address(a), 0, Address(c), 0);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Cuda.Synchronize();
    }

    [Test]
    public void Tf32_is_used_only_where_it_is_allowed()
    {
        using var scope = TensorScope.Open();
        // 1 + 2^-12 is exact in f32 and 1 in tf32.
        var a = Tensor.Full([8, 8], 1 + Math.Pow(2, -12), device: Cuda);
        var b = Tensor.Ones([8, 8], device: Cuda);
        Assert.That(a.MatMul(b).ToArray<float>(), Is.All.EqualTo(8 * (1 + MathF.Pow(2, -12))));
        Cuda.AllowsTf32 = true;
        try
        {
            Assert.That(a.MatMul(b).ToArray<float>(), Is.All.EqualTo(8f));
        }
        finally
        {
            Cuda.AllowsTf32 = false;
        }
    }

    [Test]
    public void A_master_has_one_half_copy_that_follows_its_values()
    {
        using var scope = TensorScope.Open();
        using var store = new ParameterStore(Cuda);
        var linear = new Linear(store.Root["linear"], 4, 4, bias: false);
        linear.Weight.Set(Tensor.Ones([4, 4], device: Cuda));
        var x = Tensor.Ones([2, 4], DType.BFloat16, Cuda);
        float[] Run() => linear.Forward(x).Cast(DType.Float32).ToArray<float>();
        Assert.That(Run(), Is.All.EqualTo(4f));
        int buffers = Cuda.Memory.LiveBuffers;
        using (var inner = TensorScope.Open())
            Assert.That(Run(), Is.All.EqualTo(4f));
        Assert.That(Cuda.Memory.LiveBuffers, Is.EqualTo(buffers));
        linear.Weight.Set(Tensor.Full([4, 4], 2, device: Cuda));
        Assert.That(Run(), Is.All.EqualTo(8f));
    }

    static CublasLt Lt(TemporaryFolder folder)
        => new(Cuda.Runtime.CublasLt, Cuda.Driver, 0, "a device", folder.File("products"));

    static float[] Product(CublasLt lt, Tensor a, Tensor b)
    {
        var c = Tensor.Empty([1, a.Shape[1], b.Shape[2]], device: Cuda);
        var key = new ProductKey(ProductOperand.Of(b, true)!.Value, ProductOperand.Of(a, true)!.Value, null,
            ProductOperand.Of(c, false)!.Value, 1, null, false);
        Assert.That(lt.TryMultiply(Cuda.Stream, key, b.Storage.Address, a.Storage.Address, 0, c.Storage.Address, 0),
            Is.True);
        return c.ToArray<float>();
    }
}
