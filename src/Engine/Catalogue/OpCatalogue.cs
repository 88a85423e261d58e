namespace SuTI.Engine.Catalogue;

/// <summary>
/// Every op of the engine with its cases: the one list that tests, <c>suti gradcheck</c> and the mutation proof run.
/// </summary>
/// <remarks>
/// Each op adds a file with <c>static readonly OpCase s_name = Declare(…)</c> to this partial class; nothing else is edited. The initialisers of
/// all parts run together, before the list is first read.
/// </remarks>
public static partial class OpCatalogue
{
    // Without an initialiser of its own: the order of initialisers across files is not defined.
    static List<OpCase>? s_cases;

    /// <summary>The cases, ordered by op.</summary>
    public static IReadOnlyList<OpCase> All() => [.. (s_cases ?? []).OrderBy(c => c.Op, StringComparer.Ordinal)];

    static OpCase Declare(string op, params OpVariant[] variants)
    {
        var entry = new OpCase(op, variants);
        (s_cases ??= []).Add(entry);
        return entry;
    }
}
