using SuTI.Engine.Catalogue;

namespace SuTI.Engine.Tests.Cuda;

/// <summary>Every variant of every op under CUDA, in each type it computes in, against f64 on the processor.</summary>
/// <remarks>SUTI_CATALOGUE names a file that selects some of the tests, one "test op variant" a line, separated by tabs.</remarks>
[Order(1)]
public class CudaCatalogueTests : LeakCheck
{
    internal const string SelectionVariable = "SUTI_CATALOGUE";

    static readonly HashSet<string>? s_selection =
        Environment.GetEnvironmentVariable(SelectionVariable) is { Length: > 0 } file ? [.. File.ReadAllLines(file)] : null;

    static readonly HashSet<string> s_entries = new(StringComparer.Ordinal);

    /// <summary>The tests that were the first to load an entry point of a kernel file, once for halves and once for f32, as a selection.</summary>
    internal static List<string> Covering { get; } = [];

    /// <summary>A selection without knowing what runs: the first variant of each op in bf16 and f32.</summary>
    internal static IEnumerable<string> FirstVariants()
        => OpCatalogue.All().SelectMany(entry => entry.Variants.Take(1),
            (entry, variant) => $"{nameof(In_bf16)}\t{entry.Op}\t{variant.Name}\n{nameof(In_f32)}\t{entry.Op}\t{variant.Name}").SelectMany(pair => pair.Split('\n'));

    static IEnumerable<TestCaseData> VariantsOfF32() => Variants(nameof(In_f32));

    static IEnumerable<TestCaseData> VariantsOfBf16() => Variants(nameof(In_bf16));

    static IEnumerable<TestCaseData> VariantsOfF16() => Variants(nameof(In_f16));

    static IEnumerable<TestCaseData> VariantsOfMemory() => Variants(nameof(Memory));

    static IEnumerable<TestCaseData> Variants(string test)
    {
        foreach (var entry in OpCatalogue.All())
        {
            foreach (var variant in entry.Variants)
            {
                if (s_selection is null || s_selection.Contains($"{test}\t{entry.Op}\t{variant.Name}"))
                    yield return new TestCaseData(entry.Op, variant).SetArgDisplayNames(entry.Op, variant.Name);
            }
        }
    }

    [TestCaseSource(nameof(VariantsOfF32))]
    public void In_f32(string op, OpVariant variant) => Pass(nameof(In_f32), op, variant, () => OpChecks.Against(variant, Device.Cuda(), DType.Float32));

    [TestCaseSource(nameof(VariantsOfBf16))]
    public void In_bf16(string op, OpVariant variant) => Pass(nameof(In_bf16), op, variant, () => OpChecks.Against(variant, Device.Cuda(), DType.BFloat16));

    [TestCaseSource(nameof(VariantsOfF16))]
    public void In_f16(string op, OpVariant variant) => Pass(nameof(In_f16), op, variant, () => OpChecks.Against(variant, Device.Cuda(), DType.Float16));

    [TestCaseSource(nameof(VariantsOfMemory))]
    public void Memory(string op, OpVariant variant) => Pass(nameof(Memory), op, variant, () => OpChecks.Memory(variant, Device.Cuda()));

    static void Pass(string test, string op, OpVariant variant, Func<string?> check)
    {
        if (variant.NeedsFloat64)
            Assert.Ignore("It casts to f64, which CUDA does not compute in.");
        string? wrong = check();
        Assert.That(wrong, Is.Null, wrong);
        bool isFirst = false;
        foreach (var (compiled, kernels) in Device.Cuda().Kernels.Loaded)
        {
            bool isHalf = compiled.Variant.Constants.Contains("f16", StringComparison.Ordinal);
            foreach (var kernel in kernels)
                isFirst |= s_entries.Add($"{compiled.Variant.File} {kernel.Entry} {isHalf}");
        }
        if (isFirst)
            Covering.Add($"{test}\t{op}\t{variant.Name}");
    }
}
