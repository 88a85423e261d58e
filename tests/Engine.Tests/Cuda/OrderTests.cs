using SuTI.Engine.Cuda.Native;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>Kernels give the same in whatever order threads run and whenever asynchronous copies land: again in processes of their own.</summary>
[Order(4)]
public class OrderTests
{
    [TestCase("threads in reverse, copies at once", "1", "0", "1")]
    [TestCase("threads in any order, copies late, blocks on two workers", "2", "1", "2")]
    public void Kernels_give_the_same(string name, string order, string lazy, string workers)
    {
        if (!NativeLibraries.IsEmulated)
            Assert.Ignore("Only the emulated driver has orders.");
        string selection = Path.GetTempFileName();
        try
        {
            var chosen = CudaCatalogueTests.Covering.Count > 0 ? CudaCatalogueTests.Covering : [.. CudaCatalogueTests.FirstVariants()];
            File.WriteAllLines(selection, chosen);
            var (exit, output) = TestProcess.Tests($"FullyQualifiedName~{nameof(CudaCatalogueTests)}", ("EMU_ORDER", order), ("EMU_SEED", "7"),
                ("EMU_LAZY", lazy), ("EMU_WORKERS", workers), (CudaCatalogueTests.SelectionVariable, selection));
            TestContext.Out.WriteLine($"{name}: {chosen.Count} tests");
            Assert.That(exit, Is.Zero, output);
        }
        finally
        {
            File.Delete(selection);
        }
    }
}
