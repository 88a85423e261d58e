using System.Reflection;
using SuTI.Engine.Catalogue;

namespace SuTI.Engine.Tests.Catalogue;

/// <summary>No op escapes the catalogue: every one runs in some variant, and backward if it has a gradient.</summary>
public class CoverageTests : LeakCheck
{
    // TypeSpec, the metadata table of closed generic types that a module names.
    const int TypeSpecTable = 0x1B000000;

    [Test]
    public void Every_op_is_run_by_a_variant()
    {
        var (forward, backward) = RunCatalogue();
        var missing = OpTypes(typeof(Op).Assembly).Where(type => !forward.ContainsKey(type)).Select(Name);
        Assert.That(missing, Is.Empty, "ops without a variant");
        var without = forward.Where(entry => entry.Value && !backward.Contains(entry.Key))
            .Select(entry => Name(entry.Key));
        Assert.That(without, Is.Empty, "ops with a gradient that no variant takes");
    }

    [Test]
    public void Closed_forms_are_found()
    {
        // What the test above stands on: a generic op is seen once for every type it is closed with.
        var found = OpTypes(typeof(CoverageTests).Assembly).Select(Name);
        Assert.That(found, Is.EquivalentTo(new[] { "ClosedOp<Int32>", "ClosedOp<Single>" }));
        Assert.That(new Op[] { new ClosedOp<int>(), new ClosedOp<float>() }, Has.Length.EqualTo(2));
    }

    // The value says whether a result was f32 or f64, so that a gradient is due.
    static (Dictionary<Type, bool> Forward, HashSet<Type> Backward) RunCatalogue()
    {
        var forward = new Dictionary<Type, bool>();
        var backward = new HashSet<Type>();
        using var listening = OpObserver.Listen(record =>
        {
            if (record.IsBackward)
                backward.Add(record.Op);
            else
                forward[record.Op] = record.DType.IsCompute() | forward.GetValueOrDefault(record.Op);
        });
        foreach (var variant in OpCatalogue.All().SelectMany(entry => entry.Variants))
            Assert.That(OpChecks.Memory(variant, Device.Cpu), Is.Null, variant.Name);
        return (forward, backward);
    }

    static IEnumerable<Type> OpTypes(Assembly assembly)
    {
        var open = assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract);
        return open.Where(type => !type.IsGenericTypeDefinition).Concat(ClosedTypes(assembly.ManifestModule)
            .Where(type => type.IsSubclassOf(typeof(Op)) && !type.IsAbstract)).Distinct();
    }

    static IEnumerable<Type> ClosedTypes(Module module)
    {
        for (int row = 1; ; row++)
        {
            Type type;
            try
            {
                type = module.ResolveType(TypeSpecTable | row);
            }
            catch (ArgumentOutOfRangeException)
            {
                yield break; // past the end of the table
            }
            catch (ArgumentException unresolved) when (unresolved.InnerException is BadImageFormatException)
            {
                continue; // names a type parameter of its surroundings: not closed
            }
            if (type.IsConstructedGenericType && !type.ContainsGenericParameters)
                yield return type;
        }
    }

    static string Name(Type type)
        => type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;

    sealed class ClosedOp<T> : Op
    {
        public override string Name => "closed";

        protected internal override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs[0];

        protected internal override void Backward(Tensor dy, Gradients into)
        {
        }
    }
}
