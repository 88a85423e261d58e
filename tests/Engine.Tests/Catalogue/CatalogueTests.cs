using SuTI.Engine.Catalogue;

namespace SuTI.Engine.Tests.Catalogue;

/// <summary>Every check on every variant of every op.</summary>
public class CatalogueTests : LeakCheck
{
    static IEnumerable<TestCaseData> Variants()
    {
        foreach (var entry in OpCatalogue.All())
        {
            foreach (var variant in entry.Variants)
                yield return new TestCaseData(variant).SetArgDisplayNames(entry.Op, variant.Name);
        }
    }

    [TestCaseSource(nameof(Variants))]
    public void Forward(OpVariant variant) => Pass(OpChecks.Forward(variant, Device.Cpu));

    [TestCaseSource(nameof(Variants))]
    public void Gradient(OpVariant variant) => Pass(OpChecks.Gradient(variant, Device.Cpu, out _));

    [TestCaseSource(nameof(Variants))]
    public void Precision(OpVariant variant) => Pass(OpChecks.Precision(variant, Device.Cpu));

    [TestCaseSource(nameof(Variants))]
    public void Threads(OpVariant variant) => Pass(OpChecks.Threads(variant, Device.Cpu, 1, 2, 7));

    [TestCaseSource(nameof(Variants))]
    public void Memory(OpVariant variant) => Pass(OpChecks.Memory(variant, Device.Cpu));

    [Test]
    public void No_two_variants_have_one_name()
    {
        var names = OpCatalogue.All()
            .SelectMany(entry => entry.Variants.Select(variant => $"{entry.Op}.{variant.Name}"));
        Assert.That(names, Is.Unique);
    }

    static void Pass(string? wrong) => Assert.That(wrong, Is.Null, wrong);
}
